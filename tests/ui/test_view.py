"""What the panels paint from: histories, marks, ranges; and how samples get there."""

from __future__ import annotations

import threading
from dataclasses import replace

import samples
from hypothesis import given
from hypothesis import strategies as st
from samples import STORIES, view_of

from edgetop.paint.symbols import UNICODE
from edgetop.ui.inbox import Inbox
from edgetop.ui.view import SERIES, View


def test_histories_hold_what_the_samples_said() -> None:
    """In buckets of a second; what is unknown is a gap, not a zero."""
    view = view_of(STORIES["no_sensors"]())
    known = [value for value in view.series["fps"].tail(40) if value is not None]
    assert len(known) >= 38
    assert all(240 < value < 255 for value in known)
    for name in ("cpu_percent", "gpu_percent", "power_w", "temperature_c"):
        assert view.series[name].tail(40) == [None] * 40
    assert set(view.series) == set(SERIES)


def test_a_mark_is_on_every_history() -> None:
    """So that a dip of one chart lines up with its cause."""
    view = view_of(STORIES["batch_4"]())
    for name in SERIES:
        assert [text for _, text in view.series[name].marks_in(60)] == ["batch 4"]


def test_the_range_begins_again_with_each_run_and_reset() -> None:
    """The lowest and highest throughput belong to the figures beside them."""
    view = view_of([samples.sample(0, fps=10.0), samples.sample(1, fps=30.0)])
    assert (view.lowest_fps, view.highest_fps) == (10.0, 30.0)
    view.update(samples.sample(2, fps=20.0, run=replace(samples.RUN, number=2)))
    assert (view.lowest_fps, view.highest_fps) == (20.0, 20.0)
    view.update(samples.sample(3, fps=25.0, run=replace(samples.RUN, number=2), run_elapsed_s=0.1))
    assert (view.lowest_fps, view.highest_fps) == (25.0, 25.0)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=30))
def test_the_range_is_that_of_all_known_values(values: list[float | None]) -> None:
    """A standstill (0) is a value too; an unknown one is not."""
    view = view_of([samples.sample(tick, fps=value) for tick, value in enumerate(values)])
    known = [value for value in values if value is not None]
    assert view.lowest_fps == min(known, default=None)
    assert view.highest_fps == max(known, default=None)


def test_old_events_are_forgotten_and_new_ones_kept() -> None:
    """A session may last for weeks."""
    view = View(UNICODE)
    for tick in range(500):
        view.update(samples.sample(tick, events=(samples.event(tick, f"event {tick}"),)))
    assert view.events[-1].text == "event 499"
    assert len(view.events) <= 200


@given(st.lists(st.floats(0.1, 1e4), min_size=2, max_size=40))
def test_an_axis_holds_its_data_and_does_not_jump(peaks: list[float]) -> None:
    """It changes only when the data outgrow it or leave half of it empty."""
    view = View(UNICODE)
    before = None
    for peak in peaks:
        ceiling = view.ceiling("fps", [None, peak / 3, peak])
        assert ceiling is not None
        assert ceiling >= peak
        if before is not None and before / 2 <= peak <= before:
            assert ceiling == before
        before = ceiling


def test_the_inbox_keeps_samples_until_somebody_listens() -> None:
    """In order, none twice; the bell rings once for what came before."""
    inbox, rings = Inbox(), []
    story = STORIES["steady"]()
    for sample in story[:3]:
        inbox.put(sample)
    inbox.when_news(lambda: rings.append(len(rings)))
    assert rings == [0]
    assert inbox.take() == (story[:3], False)
    assert inbox.take() == ([], False)
    inbox.put(story[3])
    assert rings == [0, 1]
    assert inbox.take() == (story[3:4], False)


def test_the_inbox_tells_of_the_end_even_if_nobody_listened_yet() -> None:
    """A session may end before the screen is there."""
    inbox, rings = Inbox(), []
    inbox.put(samples.sample(0))
    inbox.close()
    inbox.when_news(lambda: rings.append(inbox.closed))
    assert rings == [True]
    assert len(inbox.take().samples) == 1


def test_nothing_is_lost_between_the_threads() -> None:
    """The sampler puts while the screen takes."""
    inbox, taken = Inbox(), []
    story = STORIES["steady"]()
    sampler = threading.Thread(target=lambda: [inbox.put(sample) for sample in story * 20])
    sampler.start()
    while sampler.is_alive():
        taken += inbox.take().samples
    sampler.join()
    taken += inbox.take().samples
    assert taken == story * 20


def test_a_restart_drops_what_waits() -> None:
    """Its samples take the place of everything; what comes later follows them."""
    inbox, rings = Inbox(), []
    story = STORIES["steady"]()
    inbox.when_news(lambda: rings.append(len(rings)))
    inbox.put(story[50])
    inbox.restart(story[:3])
    inbox.put(story[3])
    assert rings == [0, 1, 2, 3]
    assert inbox.take() == (story[:4], True)
    assert inbox.take() == ([], False)
    inbox.restart(story[5:6])
    inbox.restart(story[7:8])
    assert inbox.take() == (story[7:8], True)


def test_a_cleared_view_is_a_new_one() -> None:
    """Nothing of the samples before is left; symbols and board stay."""
    view = view_of(STORIES["batch_4"]())
    view.clear()
    for item in STORIES["steady"]()[:20]:
        view.update(item)
    fresh = view_of(STORIES["steady"]()[:20])
    for name in SERIES:
        assert view.series[name].tail(60) == fresh.series[name].tail(60)
        assert view.series[name].marks_in(60) == []
    assert list(view.events) == list(fresh.events)
    assert view.soak.minutes() == fresh.soak.minutes()
    assert (view.lowest_fps, view.highest_fps) == (fresh.lowest_fps, fresh.highest_fps)
    assert (view.symbols, view.board) == (fresh.symbols, fresh.board)
