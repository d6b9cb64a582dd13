"""The findings of the classic reports as tests that any board can be put to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.study.claims import bianco, canziani, deepdetect, gluon, tryolabs
from edgetop.study.claims.claim import Claim, Outcome, Verdict, tested
from edgetop.study.claims.evidence import Evidence
from edgetop.study.neighbours import same_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Results

__all__ = ["CLAIMS", "Claim", "Outcome", "Verdict", "outcomes"]

CLAIMS: tuple[Claim, ...] = (
    *deepdetect.CLAIMS,
    *bianco.CLAIMS,
    *tryolabs.CLAIMS,
    *canziani.CLAIMS,
    *gluon.CLAIMS,
)
"""All 27, report by report."""


def outcomes(results: Results, beside: Sequence[Results] = ()) -> list[Outcome]:
    """Every claim tested on a board.

    Args:
        results: A published board or a recorded session.
        beside: Other boards that were given, for claims about several boards; without any,
            a published board is compared with the others of its report.
    """
    others = [other for other in beside if other.id != results.id] or same_report(results)
    evidence = Evidence(results, others)
    return [tested(claim, evidence) for claim in CLAIMS]
