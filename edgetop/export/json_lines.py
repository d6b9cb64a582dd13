"""A session as JSON lines: an object per sample, then one per run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edgetop.export import records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edgetop.sample import Sample


def interval_lines(samples: Iterable[Sample]) -> Iterator[str]:
    """The interval record of every sample, as strict JSON without the end of the line."""
    return (_line(records.interval(sample)) for sample in samples)


def summary_lines(runs: Sequence[Sample], session: str | None) -> Iterator[str]:
    """The summary record of every run.

    Args:
        runs: The last sample of every run.
        session: Where the session is recorded; None if it is not.
    """
    return (_line(records.summary(sample, session)) for sample in runs)


def _line(record: records.Record) -> str:
    return json.dumps(record, allow_nan=False)
