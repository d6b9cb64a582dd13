"""What is published: the sources, their boards, and what they call the networks."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop import toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a source."""

    file: str
    """Below ``tables/``."""
    on: Sequence[str] = ()
    """Columns that a row has in common with a row of the source's first table, which it adds to."""
    flags: Mapping[str, str] = field(default_factory=dict)
    """What a word in the column ``flag`` means, for people."""


@dataclass(frozen=True, slots=True)
class Source:
    """One publication and how its tables are read.

    Texts in braces stand for the cell of that column: ``{framework}``.
    """

    name: str
    """First part of its boards' IDs."""
    short: str
    """Who and when, for a list."""
    citation: str
    """Authors, title, place of publication, version."""
    conditions: str
    """What is timed, and how, as far as the source says."""
    tables: Sequence[Table]
    """The first one has a row for each point."""
    columns: Mapping[str, str]
    """The column of each figure. ``{device}`` in a name stands for the board where a table has a
    column for each instead of a row; without a column ``device`` the table is of one board."""
    only: Mapping[str, str] = field(default_factory=dict)
    """What a column of a row must hold for the row to count."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Fields of `edgetop.results.Conditions`, with braces."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """``model``, ``top1_source``, ``memory_scope``: what a row or figure is, with braces."""
    remarks: Sequence[str] = ()
    """Notes on a point, with braces; left out where one of their cells is empty."""
    notes: Sequence[str] = ()
    missing: str = ""
    """Why a cell of the grid of models and batches is missing; empty where there is no grid."""
    grid: str = ""
    """Whose batches span the grid: those of the whole ``source``, or of each ``board``."""
    memory_unit_mib: float = 1.0


@dataclass(frozen=True, slots=True)
class Board:
    """One board of one source."""

    id: str
    source: Source
    device: str
    """As the table calls it."""
    name: str
    """For people."""
    provider: str
    """Where the source's settings do not say; empty if nobody does."""
    precision: str
    """Likewise."""
    peak_tmacs: float | None
    peak_source: str
    note: str


@dataclass(frozen=True, slots=True)
class Name:
    """What a source means by the name of a network."""

    canonical_name: str
    """In the catalogue; empty if it has no such graph."""
    input_px: float | None
    gmacs: float | None
    """Of the graph, where the source prints another count."""
    precision: str
    """What the name says about the weights."""
    note: str


def _sources() -> dict[str, Source]:
    declared = toml.parse((_FOLDER / "sources.toml").read_text(encoding="utf-8"))
    return {name: _source(name, fields) for name, fields in declared.items()}


def _source(name: str, fields: dict[str, Any]) -> Source:
    tables = [Table(**table) for table in fields.pop("tables")]
    return Source(name=name, tables=tables, **fields)


def _boards() -> dict[str, Board]:
    return {row["id"]: _board(row) for row in rows_of(_FOLDER / "boards.csv")}


def _board(row: dict[str, str]) -> Board:
    return Board(
        id=row["id"],
        source=SOURCES[row["id"].partition("/")[0]],
        device=row["device"],
        name=row["name"] or row["device"],
        provider=row["provider"],
        precision=row["precision"],
        peak_tmacs=number(row["peak_tmacs"]),
        peak_source=row["peak_source"],
        note=row["note"],
    )


def _names() -> dict[tuple[str, str], Name]:
    return {
        (row["source"], row["model"]): Name(
            row["canonical_name"],
            number(row["input_px"]),
            number(row["gmacs"]),
            row["precision"],
            row["note"],
        )
        for row in rows_of(_FOLDER / "models.csv")
    }


def table_rows(table: Table) -> list[dict[str, str]]:
    """The rows of one file of a source."""
    return rows_of(_FOLDER / "tables" / table.file)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(cell: str) -> float | None:
    """The number in a cell; None if it is empty."""
    return float(cell) if cell else None


SOURCES = _sources()
"""By the first part of their boards' IDs."""

BOARDS = _boards()
"""By ID, source by source."""

NAMES = _names()
"""By source and the name that it uses; only what the catalogue would not find by that name."""
