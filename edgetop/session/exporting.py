"""A recorded session in the formats that other programs read."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from edgetop.errors import UsageError
from edgetop.export import json_lines, markdown, parquet, table
from edgetop.export.atomic import write_atomically
from edgetop.session.store import session_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from edgetop.session.store.reading import Recorded


def export(recorded: Recorded, kind: str, path: Path, *, force: bool = False) -> None:
    """Write a session to a file, whole or not at all.

    Args:
        recorded: The session.
        kind: One of `FORMATS`.
        path: The file.
        force: Replace what is there.

    Raises:
        UsageError: The place cannot take the file, or has one already.
        DamagedError: The session is damaged.
    """
    table.check_target(path)
    wanted = (path, table.runs_path(path)) if kind == "csv" else (path,)
    taken = [str(item) for item in wanted if item.exists()]
    if taken and not force:
        verb, it = ("exists", "it") if len(taken) == 1 else ("exist", "them")
        raise UsageError(f"{' and '.join(taken)} {verb} already; --force replaces {it}")
    FORMATS[kind](recorded, path)


def text(recorded: Recorded, kind: str) -> Iterator[str]:
    """A session as text in pieces, for standard output; of CSV the samples only.

    Raises:
        UsageError: The format is not text.
        DamagedError: The session is damaged.
    """
    pieces = {"csv": _csv, "json": _json, "md": _markdown}.get(kind)
    if pieces is None:
        raise UsageError(f"{kind} is not text: name a file with -o")
    return pieces(recorded)


def _csv(recorded: Recorded) -> Iterator[str]:
    """One row per sample."""
    columns: list[str] = []
    for sample in recorded.samples():
        row = table.sample_row(sample)
        header = not columns
        columns = columns or list(row)
        yield table.to_csv([row], columns, header=header)


def _json(recorded: Recorded) -> Iterator[str]:
    """A JSON object per line: the samples, then the runs."""
    lines: Iterable[str] = chain(
        json_lines.interval_lines(recorded.samples()),
        json_lines.summary_lines(recorded.last_of_runs(), recorded.info.id),
    )
    return (f"{line}\n" for line in lines)


def _markdown(recorded: Recorded) -> Iterator[str]:
    info = recorded.info
    versions = info.facts.get("versions")
    yield markdown.summary_markdown(
        session=info.id,
        started_unix_s=info.started_unix_s,
        board=info.board,
        release=str(info.facts.get("release") or ""),
        versions=(
            {name: str(version) for name, version in versions.items()}
            if isinstance(versions, dict)
            else {}
        ),
        runs=recorded.last_of_runs(),
        samples=len(recorded),
        duration_s=info.duration_s,
        events=recorded.events(),
    )


def _write_csv(recorded: Recorded, path: Path) -> None:
    table.write_csv(path, _csv(recorded), recorded.info.board, recorded.last_of_runs())


def _write_json(recorded: Recorded, path: Path) -> None:
    write_atomically(path, _json(recorded))


def _write_parquet(recorded: Recorded, path: Path) -> None:
    parquet.write_parquet(path, recorded.samples())


def _write_markdown(recorded: Recorded, path: Path) -> None:
    write_atomically(path, _markdown(recorded))


def _write_session_file(recorded: Recorded, path: Path) -> None:
    session_file.write(recorded, path)


FORMATS: dict[str, Callable[[Recorded, Path], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
    "md": _write_markdown,
    "edgetop": _write_session_file,
}
"""By name: what writes it."""
