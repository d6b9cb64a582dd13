"""A session as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

from hand_made import KNOWN, UNKNOWN, sample

from edgetop.export import records
from edgetop.export.json_lines import interval_lines, summary_lines

GOLDEN = Path(__file__).parents[1] / "data" / "golden"


def refused(word: str) -> NoReturn:
    raise AssertionError(f"{word} is no JSON")


def test_the_lines_are_the_ones_that_scripts_rely_on() -> None:
    lines = [*interval_lines([UNKNOWN, KNOWN]), *summary_lines([UNKNOWN, KNOWN], "7")]
    assert "".join(f"{line}\n" for line in lines) == (GOLDEN / "session.jsonl").read_text()


def test_every_line_is_one_record() -> None:
    (line,) = interval_lines([KNOWN])
    assert json.loads(line) == records.interval(KNOWN)
    (line,) = summary_lines([KNOWN], None)
    assert json.loads(line) == records.summary(KNOWN)


def test_no_text_ends_a_line_or_leaves_what_can_be_encoded() -> None:
    (line,) = interval_lines([sample(state_reason="a\nb\u2028\x1b[31m\udc80")])
    assert line.isprintable()
    assert line.isascii()


def test_what_is_not_a_number_is_null() -> None:
    (line,) = interval_lines([sample(elapsed_s=float("nan"))])
    assert json.loads(line, parse_constant=refused)["elapsed_s"] is None


def test_samples_are_read_one_by_one() -> None:
    taken: list[int] = []

    def samples():
        for number in range(3):
            taken.append(number)
            yield KNOWN

    lines = interval_lines(samples())
    next(lines)
    assert taken == [0]
