"""What is recorded is what is read: samples through the store, and damaged blocks refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import recorded_sessions as recorded
from hypothesis import given, settings
from hypothesis import strategies as st

from edgetop.readings import BoardReadings, Power, Reading, Reason, Throttle
from edgetop.sample import Histogram, Mark, Ratio, Trial
from edgetop.session.store import block
from edgetop.session.store.flat import Flattener, Restorer, columns
from edgetop.session.store.plain import from_text, to_text

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.sample import Sample

ONE = recorded.stories.sample(0)


def through(*samples: Sample) -> list[Sample]:
    """Samples as a block gives them back, without their events."""
    flattener, restorer = Flattener(), Restorer()
    rows = [flattener.row(sample) for sample in samples]
    names = columns(len(samples[0].board.sensors))
    data = block.encode(names, rows)
    back = block.decode(names, data, rows[0].run, rows[0].sensors, len(rows))
    return [restorer.sample(row) for row in back]


@pytest.mark.parametrize("story", recorded.STORIES)
@pytest.mark.parametrize("each", [1, 7, 1000])
def test_a_session_is_read_as_it_was_recorded(tmp_path: Path, story: str, each: int) -> None:
    told = recorded.STORIES[story]()
    recorded.write(tmp_path / "sessions.db", told, each=each)
    read = recorded.read(tmp_path / "sessions.db")
    assert len(read) == len(told)
    for before, after in zip(told, read, strict=True):
        assert recorded.differences(before, after) == []


def test_marks_trials_and_throttling_are_kept() -> None:
    mark = Mark(1, "squeezenet_v1.1, batch 1, cpu 2 threads", fps=246.0, power_scope="module")
    trial = Trial("a", "b", "A", 7, 60, 245.0, 281.5, Ratio(1.1, 1.05, 1.2, 7))
    board = BoardReadings(
        temperature_c=Reading(None, Reason.STALE, "stale: last answer 7 s ago"),
        power=Power(12.5, "module", ("VDD_IN",), "input", "carrier", "", 812.5, period_s=0.25),
        throttle=(Throttle("gpu", "thermal", 1012.5),),
        throttled_before=("oc3",),
    )
    before = replace(ONE, mark=mark, trial=trial, board=board)
    (after,) = through(before)
    assert recorded.differences(replace(before, events=()), after) == []


def test_unknown_is_neither_zero_nor_not_a_number() -> None:
    board = replace(ONE.board, cpu_percent=Reading.of(math.nan), gpu_percent=Reading())
    (after,) = through(replace(ONE, fps=math.inf, board=board))
    assert after.fps is None
    assert after.board.cpu_percent.value is None
    assert after.board.gpu_percent == Reading(time_s=ONE.monotonic_s)


@given(
    st.lists(
        st.lists(st.integers(0, 2**40), min_size=0, max_size=12).map(tuple), min_size=1, max_size=9
    )
)
def test_histograms_of_any_course_come_back(many: list[tuple[int, ...]]) -> None:
    histograms = [
        Histogram(tuple(1.5**n for n in range(len(counts) + 1)) if counts else (), counts)
        for counts in many
    ]
    after = through(*(replace(ONE, histogram=item) for item in histograms))
    assert [sample.histogram for sample in after] == histograms


@given(st.floats(-1e30, 1e30), st.floats(0, 1e9), st.integers(-(2**62), 2**62))
def test_numbers_keep_seven_digits_times_the_microsecond(
    value: float, seconds: float, count: int
) -> None:
    (after,) = through(replace(ONE, fps=value, elapsed_s=seconds, backlog=count))
    assert after.fps == pytest.approx(value, rel=6.1e-8, abs=1e-38)
    assert after.elapsed_s == pytest.approx(seconds, abs=6e-7)
    assert after.backlog == count


def test_a_day_has_room_on_a_small_disk() -> None:
    """25 MB a day at a sample a second: 289 bytes each."""
    told = [recorded.moved(recorded.stories.sample(tick), tick * 0.5) for tick in range(60)]
    flattener = Flattener()
    rows = [flattener.row(sample) for sample in told]
    data = block.encode(columns(len(told[0].board.sensors)), rows)
    assert len(data) / len(rows) < 289


ROWS = [Flattener().row(recorded.stories.sample(tick)) for tick in range(5)]
COLUMNS = columns(len(ONE.board.sensors))
DATA = block.encode(COLUMNS, ROWS)


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_block_is_refused_or_read_never_a_defect(data: st.DataObject) -> None:
    import zlib

    body = bytearray(zlib.decompress(DATA))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(body)))
    for broken in (zlib.compress(bytes(body)), zlib.compress(bytes(body[:cut]))):
        try:
            rows = block.decode(COLUMNS, broken, ROWS[0].run, ROWS[0].sensors, 5)
            for row in rows:
                Restorer().sample(row)
        except ValueError:
            continue


@pytest.mark.parametrize("cut", [0, 1, 10, len(DATA) - 1])
def test_a_block_that_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="damaged block"):
        block.decode(COLUMNS, DATA[:cut], ROWS[0].run, ROWS[0].sensors, 5)


def test_a_block_that_would_fill_the_memory_is_refused() -> None:
    import zlib

    with pytest.raises(ValueError, match="far too long"):
        block.decode(COLUMNS, zlib.compress(bytes(40 << 20)), "", "", 5)


def test_a_histogram_without_order_is_refused() -> None:
    row = replace(ROWS[0], edges_ms=(2.0, 1.0), counts=(3,))
    data = block.encode(COLUMNS, [row])
    with pytest.raises(ValueError, match="without order"):
        block.decode(COLUMNS, data, row.run, row.sensors, 1)


def test_text_that_a_terminal_would_obey_is_made_harmless() -> None:
    before = replace(ONE.run, model="\x1b]0;owned\x07squeezenet\x9b31m")
    (after,) = through(replace(ONE, run=before, state_reason="a\x1b[2Jb"))
    assert after.run.model.isprintable()
    assert after.state_reason.isprintable()
    assert "squeezenet" in after.run.model


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"number": "x"}', "[" * 10_000])
def test_facts_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any words will do
        from_text(type(ONE.run), text)


def test_fields_of_a_later_version_are_left_out() -> None:
    text = to_text(ONE.run)[:-1] + ',"colour":"blue"}'
    assert from_text(type(ONE.run), text) == ONE.run
