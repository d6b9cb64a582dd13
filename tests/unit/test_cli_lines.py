"""Lines for people: short, with units, and honest about what is not known."""

from __future__ import annotations

from hand_made import KNOWN, RUN, UNKNOWN, sample

from edgetop.cli.lines import event_line, interval_line, summary_lines
from edgetop.readings import BoardReadings
from edgetop.sample import Event, State, Window


def test_an_interval_has_the_figures_with_their_units() -> None:
    line = interval_line(KNOWN)
    for part in ("280 FPS", "p50 8", "p99 - ms", "cpu 43.2 %", "gpu 98 %", "512 MiB", "61.5 °C"):
        assert part in line
    assert "11.2 W module" in line
    assert line.endswith("throttled")


def test_what_the_board_has_not_is_left_out_or_a_dash_and_never_zero() -> None:
    line = interval_line(UNKNOWN)
    assert line == "- FPS  p50 -  p99 - ms  cpu - %  - MiB  warming"


def test_lost_records_are_told() -> None:
    assert "5 records lost" in interval_line(sample(window=Window(0.5, 10, 10, 20.0, lost=5)))


def test_a_summary_says_what_ran_and_how_it_went() -> None:
    lines = summary_lines("a board", [KNOWN])
    text = "\n".join(lines)
    assert lines[0] == "edgetop on a board"
    assert "squeezenet_v1.1 · fp16 · batch 4 · cuda 6 threads · 2 instances" in text
    assert "300 images/s come in" in text
    assert "281 FPS  p50 8  p90 9.25  p99 14  max 20.8 ms" in text
    assert "memory 512 MiB  11.3 W module (VDD_IN)  40.1 mJ per image" in text
    assert "702 inferences in 10.0 s  load 312 ms  first run 17.2 ms  warm-up 1.24 s" in text
    assert max(map(len, lines[2:5])) < 80  # whole on a terminal of 80 columns


def test_a_summary_says_what_a_reader_must_know() -> None:
    text = "\n".join(summary_lines("a board", [KNOWN]))
    assert "random weights: timing only" in text
    assert "2 of 66 nodes ran on the CPU" in text
    assert "2 records were lost" in text
    assert "throttled: gpu: software power cap" in text


def test_a_steady_run_of_the_user_s_model_needs_no_notes() -> None:
    run = type(RUN)(1, "m", "m.onnx", 1, "cpu", 2)
    total = Window(10.0, 700, 700, 70.0, KNOWN.total.latency)
    steady = sample(run=run, state=State.STEADY, total=total, board=BoardReadings())
    lines = summary_lines("a board", [steady])
    assert len(lines) == 5
    assert "closed loop" in lines[1]
    assert "power: no sensor" in lines[3]
    assert lines[4].strip() == "700 inferences in 10.0 s"  # how it started is not known


def test_each_run_has_its_block() -> None:
    assert len(summary_lines("b", [KNOWN, KNOWN])) == 2 * len(summary_lines("b", [KNOWN])) - 1


def test_an_event_has_its_time_and_its_weight() -> None:
    assert event_line(Event(0.0, "paused"))[8:] == "  paused"
    assert event_line(Event(0.0, "hot", "warning"))[8:] == "  warning: hot"
