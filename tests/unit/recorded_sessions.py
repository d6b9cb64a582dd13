"""Sessions for the tests of the store: stories of samples, written and read back."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from edgetop.session.store import reading, schema
from edgetop.session.store.writing import SessionWriter

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))  # its stories are ours, too
import samples as stories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.sample import Sample

FACTS = {"board": stories.BOARD, "board_id": "jetson-orin-nano", "release": "L4T 36.4.4"}

STORIES = {
    "steady": stories.steady,
    "a change of the batch": stories.batch_4,
    "throttled": stories.throttled,
    "paused": stories.paused,
    "failed": stories.failed,
    "warming": stories.warming,
    "marked": stories.marked,
    "a trial": stories.trial,
    "hung": stories.hung,
}


def write(
    path: Path, samples: Sequence[Sample], *, each: int = 1, ended: bool = True
) -> SessionWriter:
    """Record samples, with a commit after every `each` of them."""
    connection = schema.connect(path)
    writer = SessionWriter(FACTS, stories.START_UNIX_S)
    for number, sample in enumerate(samples, 1):
        writer.add(sample)
        if number % each == 0:
            writer.commit(connection)
    if ended:
        writer.ended_unix_s = stories.START_UNIX_S + 100
    writer.commit(connection)
    connection.close()
    return writer


def read(path: Path) -> list[Sample]:
    """All samples of the only session."""
    return list(reading.open_session(path, None).samples())


def differences(before: Any, after: Any, path: str = "") -> list[str]:
    """Where two samples differ by more than a store may change; see `edgetop.session.store.block`.

    Times of single readings are not kept.
    """
    if is_dataclass(before) and type(before) is type(after):
        return [
            line
            for field in fields(before)
            if field.name != "time_s"
            for line in differences(
                getattr(before, field.name), getattr(after, field.name), f"{path}.{field.name}"
            )
        ]
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        return [
            line
            for index, pair in enumerate(zip(before, after, strict=True))
            for line in differences(*pair, f"{path}[{index}]")
        ]
    if isinstance(before, float) and isinstance(after, (float, int)):
        return [] if after == pytest.approx(before, rel=1e-7, abs=1e-6) else [f"{path}: {before}"]
    same = before == after and isinstance(after, type(before))
    return [] if same else [f"{path}: {before!r} became {after!r}"]


def moved(sample: Sample, seconds: float) -> Sample:
    """The same sample, later."""
    return replace(
        sample,
        elapsed_s=sample.elapsed_s + seconds,
        monotonic_s=sample.monotonic_s + seconds,
        time_unix_s=sample.time_unix_s + seconds,
    )
