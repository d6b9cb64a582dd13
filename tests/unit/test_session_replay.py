"""A recorded session played back: the same samples, in order, from anywhere, at any speed."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import recorded_sessions as recorded

from edgetop.session import replay as replay_module
from edgetop.session.replay import FASTEST, SLOWEST, Replay
from edgetop.session.store import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from edgetop.sample import Sample

TOLD = recorded.stories.batch_4()
START_S = TOLD[0].elapsed_s


class Screen:
    """What a screen would have received."""

    def __init__(self, player: Replay) -> None:
        self.player = player
        self.history: list[Sample] = []
        self.jumps = 0
        player.subscribe(self.history.append)
        player.subscribe_jumps(self._jump)

    def _jump(self, samples: Sequence[Sample]) -> None:
        self.history[:] = samples
        self.jumps += 1

    @property
    def shown(self) -> float | None:
        """Elapsed time of the sample that is on the screen."""
        return self.history[-1].elapsed_s if self.history else None


def until(condition: Callable[[], object], limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "sessions.db"
    recorded.write(path, TOLD)
    return path


@pytest.fixture
def screen(database: Path) -> Iterator[Screen]:
    """A replay that stands still at its beginning."""
    player = Replay(reading.open_session(database, None), "a session")
    screen = Screen(player)
    player.toggle_play()
    player.start()
    until(lambda: screen.jumps == 1)
    yield screen
    player.stop()


def at(screen: Screen, elapsed_s: float) -> None:
    until(lambda: screen.shown == pytest.approx(elapsed_s))
    assert screen.player.position().elapsed_s == pytest.approx(elapsed_s)


def test_it_begins_at_the_first_sample_and_knows_the_whole(screen: Screen) -> None:
    at(screen, START_S)
    position = screen.player.position()
    assert position.duration_s == pytest.approx(TOLD[-1].elapsed_s)
    assert (position.playing, position.ended, position.title) == (False, False, "a session")
    assert screen.player.board == recorded.stories.BOARD
    assert [sample.run.batch for sample in screen.player.runs] == [1, 4]
    assert screen.player.marks == [(pytest.approx(START_S + 60), "batch 4")]


def test_all_samples_come_in_order_and_it_stands_at_its_end(database: Path) -> None:
    player = Replay(reading.open_session(database, None), "fast", FASTEST)
    screen = Screen(player)
    player.start()
    until(lambda: player.position().ended)
    assert len(screen.history) == len(TOLD)
    for before, after in zip(TOLD, screen.history, strict=True):
        assert recorded.differences(before, after) == []
    assert not player.position().playing
    player.toggle_play()  # from the end: again from the start
    until(lambda: screen.jumps == 2)
    player.stop()


def test_a_seek_brings_the_history_that_led_there(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_module, "_HISTORY_S", 10.0)
    screen.player.seek(START_S + 50)
    at(screen, START_S + 50)
    assert [sample.elapsed_s for sample in screen.history] == pytest.approx(
        [START_S + 40 + tick * 0.5 for tick in range(21)]
    )


@pytest.mark.parametrize(
    ("target_s", "shown_s"),
    [(-100.0, START_S), (1e12, TOLD[-1].elapsed_s), (START_S + 10.2, START_S + 10.0)],
)
def test_a_seek_ends_within_the_session(screen: Screen, target_s: float, shown_s: float) -> None:
    screen.player.seek(target_s)
    at(screen, shown_s)


def test_skips_go_on_from_where_it_stands(screen: Screen) -> None:
    for step_s, shown_s in ((10, 10), (60, 70), (-10, 60), (-100, 0)):
        screen.player.skip(step_s)
        at(screen, START_S + shown_s)


def test_events_are_found_forwards_and_back(screen: Screen) -> None:
    screen.player.next_event()
    at(screen, START_S + 60)
    assert screen.history[-1].events[0].mark == "batch 4"
    screen.player.next_event()  # there is none after it
    screen.player.skip(5)
    at(screen, START_S + 65)
    screen.player.previous_event()
    at(screen, START_S + 60)
    screen.player.previous_event()
    at(screen, START_S)


def test_speed_doubles_and_halves_within_limits(screen: Screen) -> None:
    for _ in range(20):
        screen.player.faster()
    until(lambda: screen.player.position().speed == FASTEST)
    for _ in range(20):
        screen.player.slower()
    until(lambda: screen.player.position().speed == SLOWEST)


def test_while_it_stands_still_nothing_comes(screen: Screen) -> None:
    at(screen, START_S)
    time.sleep(1.2)
    assert len(screen.history) == 1
    screen.player.toggle_play()
    until(lambda: len(screen.history) > 2)
    assert screen.player.position().playing


def damaged(database: Path, where: str) -> Replay:
    connection = sqlite3.connect(database)
    connection.execute(f"UPDATE blocks SET data = x'00' WHERE {where}")
    connection.commit()
    connection.close()
    return Replay(reading.open_session(database, None), "damaged", FASTEST)


@pytest.mark.parametrize(("first", "last"), [(0, 59), (60, 119), (120, 149)])
def test_damaged_samples_are_left_out_and_told(database: Path, first: int, last: int) -> None:
    player = damaged(database, f"first = {first}")
    screen = Screen(player)
    player.start()
    until(lambda: player.position().ended)
    player.stop()
    assert player.crash is None
    whole = [sample.elapsed_s for number, sample in enumerate(TOLD) if not first <= number <= last]
    assert [sample.elapsed_s for sample in screen.history] == pytest.approx(whole)
    told = [event.text for sample in screen.history for event in sample.events]
    if last < len(TOLD) - 1:
        assert f"{last - first + 1} samples are damaged and left out" in told


def test_a_session_of_which_nothing_can_be_read_ends_with_a_reason(database: Path) -> None:
    player = damaged(database, "1")
    ended: list[bool] = []
    player.when_finished(lambda: ended.append(True))
    player.start()
    until(lambda: ended)
    assert player.crash is not None
    assert "no sample of damaged can be read" in player.crash.message


def test_keys_that_are_held_down_are_one_jump(screen: Screen) -> None:
    for _ in range(200):
        screen.player.skip(0.25)
    at(screen, START_S + 50)
    assert screen.jumps < 60


def test_a_jump_back_from_the_end_and_a_pause_do_not_begin_anew(database: Path) -> None:
    player = Replay(reading.open_session(database, None), "ended")
    screen = Screen(player)
    player.seek(1e12)
    player.start()
    until(lambda: player.position().ended)

    def both_at_once(samples: Sequence[Sample]) -> None:
        if len(samples) > 100 and screen.jumps == 3:
            player.skip(-10)
            player.toggle_play()

    player.subscribe_jumps(both_at_once)
    player.seek(1e12)
    until(lambda: screen.jumps == 4)
    at(screen, TOLD[-1].elapsed_s - 10)
    until(lambda: not player.position().playing)
    player.stop()


def test_a_command_is_heard_among_samples_of_one_moment(tmp_path: Path) -> None:
    """A hostile file may hold a million of them."""
    path = tmp_path / "dense.db"
    recorded.write(path, [replace(s, elapsed_s=33 + n * 1e-6) for n, s in enumerate(TOLD)])
    player = Replay(reading.open_session(path, None), "dense")
    came: list[Sample] = []
    player.subscribe(came.append)
    player.subscribe(lambda _: player.finish())
    player.start()
    until(lambda: came)
    player.stop()
    assert len(came) == 1


def test_keys_lead_through_damaged_samples(database: Path) -> None:
    player = damaged(database, "first = 60")  # from 30 to 60 seconds
    screen = Screen(player)
    player.toggle_play()
    player.start()
    until(lambda: screen.jumps == 1)
    for step_s, stands_s in (
        (25, 25),
        (10, 35),
        (10, 45),
        (10, 55),
        (10, 65),
        (-20, 45),
        (-20, 25),
    ):
        player.skip(step_s)
        until(lambda at_s=stands_s: player.position().elapsed_s == pytest.approx(START_S + at_s))
    player.stop()
    assert player.crash is None


def test_a_damaged_end_shows_the_last_that_can_be_read(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay_module, "_HISTORY_S", 1.0)
    player = damaged(database, "first = 120")
    screen = Screen(player)
    player.toggle_play()
    player.seek(1e12)
    player.start()
    until(lambda: screen.jumps == 2 or player.crash is not None)
    player.stop()
    assert player.crash is None
    assert screen.shown == pytest.approx(TOLD[119].elapsed_s)


def test_everybody_hears_of_the_damage_with_the_first_sample_after_it(tmp_path: Path) -> None:
    told = recorded.stories.steady()
    recorded.write(tmp_path / "steady.db", told)
    player = damaged(tmp_path / "steady.db", "first = 60")
    seen: list[list[Sample]] = [[], []]
    for samples in seen:
        player.subscribe(samples.append)
    player.start()
    until(lambda: player.position().ended)
    player.stop()
    for samples in seen:
        (after,) = [s for s in samples if any(event.mark == "damaged" for event in s.events)]
        assert after.elapsed_s == pytest.approx(told[120].elapsed_s)


def test_a_stop_before_the_start_is_no_harm(database: Path) -> None:
    Replay(reading.open_session(database, None), "never").stop()
