"""A session's samples as a Parquet file, with the columns of the CSV file."""

from __future__ import annotations

import importlib
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from edgetop.errors import UsageError
from edgetop.export.atomic import replacing
from edgetop.export.table import plain, sample_row
from edgetop.readings import BoardReadings
from edgetop.sample import (
    Energy,
    Histogram,
    OwnCost,
    Run,
    Sample,
    State,
    Window,
    WorkerUse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ROWS_PER_GROUP = 5000
"""Rows that are held in memory at a time; also what a reader can skip as a whole."""

_INTEGERS = frozenset((
    "run", "batch", "threads", "instances", "inferences", "images", "latency_count", "lost",
    "backlog", "vs_a_run", "trial_pairs",
))  # fmt: skip
_TEXTS = frozenset((
    "t", "model", "provider", "state", "power_scope", "power_rails", "power_covers",
    "power_excludes", "throttle", "vs_a_title", "trial_a", "trial_b", "trial_running",
    "trial_verdict",
))  # fmt: skip


def write_parquet(path: Path, samples: Iterable[Sample]) -> None:
    """Write the rows of `table.sample_row`, whole or not at all.

    Args:
        path: The file.
        samples: Of the session; none are a table without rows.

    Raises:
        UsageError: pyarrow is missing, or there is no room or no permission.
    """
    arrow, parquet = _library()
    columns = list(sample_row(_BLANK))
    types = {"int": arrow.int64(), "text": arrow.string(), "float": arrow.float64()}
    schema = arrow.schema([(name, types[_kind(name)]) for name in columns])
    rest = iter(samples)
    with replacing(path) as file, parquet.ParquetWriter(file, schema) as writer:
        for first in rest:
            group = chain((first,), islice(rest, ROWS_PER_GROUP - 1))
            rows = [sample_row(sample) for sample in group]
            cells = {name: [_value(row[name]) for row in rows] for name in columns}
            writer.write_table(arrow.table(cells, schema=schema), row_group_size=ROWS_PER_GROUP)


def _library() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError('writing Parquet needs pyarrow: pip install "edgetop[parquet]"') from error


def _kind(column: str) -> str:
    """The type of a column, whatever its values: one of nothing but unknowns has one too."""
    if column in _INTEGERS:
        return "int"
    return "text" if column in _TEXTS or column.endswith("_reason") else "float"


def _value(value: Any) -> Any:
    """A cell as the library takes it; half a character is none that a file can hold."""
    value = plain(value)
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


_BLANK = Sample(
    time_unix_s=0.0,
    monotonic_s=0.0,
    elapsed_s=0.0,
    run=Run(0, "", "", 0, "", 0),
    run_elapsed_s=0.0,
    state=State.WARMING,
    state_reason="",
    fps=None,
    window=Window(),
    total=Window(),
    histogram=Histogram(),
    worker=WorkerUse(),
    board=BoardReadings(),
    energy=Energy(),
    own=OwnCost(),
)
"""Has the columns that every sample has."""
