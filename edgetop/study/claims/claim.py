"""A finding of a report as a statement that any data set can be asked about."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edgetop.study.claims.evidence import Evidence

Figure: TypeAlias = (
    "float | int | str | bool | list[str] | dict[str, float] | dict[str, str] | None"
)

MOST = 0.9
"""What is said of nearly all is true of nine in ten."""

LINEAR_R2 = 0.8
"""What is called linear explains at least four fifths of the variance."""

EXPLAINS_R2 = 0.5
"""What is said to explain something accounts for at least half of the variance."""


class Verdict(str, Enum):
    """What the data say of a statement."""

    HOLDS = "holds"
    FAILS = "fails"
    UNTESTED = "cannot be tested here"


class CannotTest(Exception):  # noqa: N818  no error: the data say neither yes nor no
    """The data at hand say nothing about a statement.

    Args:
        why: What is missing.
        figures: What there is nevertheless.
    """

    def __init__(self, why: str, figures: Mapping[str, Figure] | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.figures = dict(figures or {})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test has found."""

    holds: bool
    why: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, who made it, and the test that decides it."""

    id: str
    statement: str
    source: str
    """Report and place in it."""
    test: Callable[[Evidence], Finding]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A claim tested on one board."""

    claim: Claim
    board: str
    """ID of the results."""
    verdict: Verdict
    why: str
    figures: Mapping[str, Figure]


def tested(claim: Claim, evidence: Evidence) -> Outcome:
    """The verdict of one claim on this evidence."""
    try:
        finding = claim.test(evidence)
    except CannotTest as nothing:
        verdict, why, figures = Verdict.UNTESTED, nothing.why, nothing.figures
    else:
        verdict = Verdict.HOLDS if finding.holds else Verdict.FAILS
        why, figures = finding.why, dict(finding.figures)
    return Outcome(claim, evidence.results.id, verdict, why, figures)
