"""Reads everything that is recorded, as a reader would, and says how it is."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edgetop.session.store import listing, reading, schema, tables

if TYPE_CHECKING:
    from pathlib import Path

_MOST_PROBLEMS = 20


@dataclass
class Report:
    """How the database is."""

    path: Path
    size_bytes: int = 0
    version: int = tables.VERSION
    whole: int = 0
    """Sessions that ended as they should."""
    running: int = 0
    interrupted: int = 0
    """Sessions whose edgetop was killed; all that they had recorded is there."""
    samples: int = 0
    problems: list[str] = field(default_factory=list)

    def record(self) -> dict[str, object]:
        """For JSON."""
        return {
            "path": str(self.path),
            "bytes": self.size_bytes,
            "format": self.version,
            "whole": self.whole,
            "running": self.running,
            "interrupted": self.interrupted,
            "samples": self.samples,
            "problems": self.problems,
        }

    def lines(self) -> list[str]:
        """For people."""
        sessions = self.whole + self.running + self.interrupted
        states = f"{self.running} running, {self.interrupted} interrupted"
        found = [
            f"{self.path}: {self.size_bytes / 1e6:.1f} MB, format {self.version}",
            f"{sessions} sessions ({states}), {self.samples} samples read",
        ]
        return [*found, *(self.problems or ["nothing is damaged"])]


def check(path: Path) -> Report:
    """Check the file and every sample in it.

    Raises:
        StoreError: The file cannot be opened at all.
    """
    report = Report(path)
    connection = schema.connect(path)  # brings an older file to the present version
    try:
        report.size_bytes = path.stat().st_size
        for row in connection.execute(f"PRAGMA integrity_check({_MOST_PROBLEMS})"):
            if row[0] != "ok":
                report.problems.append(str(row[0]).replace("\n", " "))
        found = listing.sessions(connection)
        listed = connection.execute("SELECT count(*) FROM sessions").fetchone()[0]
        if listed > len(found):
            report.problems.append(f"{listed - len(found)} sessions are damaged and not listed")
        for info in found:
            _check_session(connection, info, report)
    except (sqlite3.Error, ValueError, schema.StoreError) as error:
        report.problems.append(str(error))
    finally:
        connection.close()
    return report


def _check_session(
    connection: sqlite3.Connection, info: listing.SessionInfo, report: Report
) -> None:
    if info.running:
        report.running += 1
    elif info.ended_unix_s is None:
        report.interrupted += 1
    else:
        report.whole += 1
    try:
        found = sum(1 for _ in reading.Recorded(connection, info).samples())
    except schema.StoreError as error:
        report.problems.append(error.message)
        return
    report.samples += found
    if found < info.samples:
        report.problems.append(f"of session {info.id} {info.samples - found} samples are damaged")
