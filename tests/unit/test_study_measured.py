"""What the visits of a sweep come to, in the database and back, as results of a session."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import recorded_sessions
import samples as stories

from edgetop.engine.spec import RunSpec
from edgetop.errors import UsageError
from edgetop.results import Model
from edgetop.session.store import reading, rows, schema, session_file, tables
from edgetop.session.store.sweeps import SweepWriter, Visit, find_sweep
from edgetop.session.store.writing import SessionWriter
from edgetop.study import measured
from edgetop.study.course import Course
from edgetop.study.plan import Plan, Setup
from edgetop.study.recorded import results_of

if TYPE_CHECKING:
    from pathlib import Path

MODEL = Model("m", "ResNet-50", gmacs=4.089, params_m=25.6, top1_pct=76.1)
PLAN = Plan((Setup(RunSpec("/m.onnx", "m"), MODEL),), (1, 2, 4), board="a board")
VISIT = Visit(
    0, 1,
    session="s", run=1, medians_ms=(10.0,) * 8, latency=stories.latencies(10.0, 100), fps=100.0,
    inferences=100, measured_s=3.0, memory_mib=80.0, gpu_memory_mib=900.0, power_w=10.0,
    power_scope="module",
    j_per_image=0.1, temperature_c=50.0, provider="cpu", threads=4, precision="fp32",
    runtime="onnxruntime 1.32.0",
)  # fmt: skip


def the_point(*visits: Visit, batch: int = 1) -> measured.Point:
    """The point that visits of the only setup come to."""
    course = Course(PLAN, visits)
    (found,) = [point for point in measured.points(course, "15W") if point.batch == batch]
    return found


def test_a_point_has_the_middle_of_its_visits() -> None:
    slow, fast = (replace(VISIT, medians_ms=(ms,) * 8) for ms in (12.0, 9.0))
    point = the_point(VISIT, slow, replace(fast, memory_mib=90.0, fps=110.0))
    assert point.ms_per_image == pytest.approx(10.0)
    assert point.ms_low is not None
    assert point.ms_high is not None
    assert point.ms_low < 9.5 < 11 < point.ms_high
    assert (point.inferences, point.memory_mib, point.fps) == (300, 80.0, 100.0)
    assert point.gpu_used_mib == 900.0
    assert point.conditions.words() == "onnxruntime 1.32.0, cpu 4 threads, fp32, 15W"
    assert point.model == MODEL


def test_the_time_is_per_image_and_the_latency_of_the_batch() -> None:
    point = the_point(VISIT, replace(VISIT, batch=2), batch=2)
    assert point.ms_per_image == pytest.approx(5.0)
    assert point.latency is not None
    assert point.latency.p50_ms == pytest.approx(10.0)


def test_a_figure_has_the_scope_of_the_visits_that_know_it_and_none_without_it() -> None:
    blind = replace(VISIT, power_w=None, power_scope="", memory_mib=None)
    seen_once = the_point(VISIT, blind)
    assert (seen_once.power_w, seen_once.power_scope) == (10.0, "module")
    unseen = the_point(blind)
    assert (unseen.power_w, unseen.power_scope) == (None, "")
    assert (unseen.memory_mib, unseen.memory_scope) == (None, "")


@pytest.mark.parametrize(("precision", "top1_pct"), [("fp16", 76.1), ("int8", None)])
def test_the_published_accuracy_is_not_that_of_int8_weights(
    precision: str, top1_pct: float | None
) -> None:
    setup = Setup(RunSpec("/m.onnx", "m", precision=precision), MODEL)
    failed = replace(VISIT, batch=2, error="refused: x")
    course = Course(replace(PLAN, setups=(setup,)), [VISIT, failed])
    found = measured.points(course)
    assert [point.batch for point in found] == [1, 2, 4]
    assert {point.model.top1_pct for point in found} == {top1_pct}
    assert {point.model.gmacs for point in found} == {4.089}


def test_visits_under_two_runtimes_are_told() -> None:
    """A sweep that is resumed may find another onnxruntime."""
    newer = replace(VISIT, runtime="onnxruntime 1.33.0")
    assert the_point(VISIT, newer).note == (
        "visits ran under onnxruntime 1.32.0 and onnxruntime 1.33.0"
    )
    assert the_point(VISIT, VISIT).note == ""


def test_throttled_visits_count_only_where_there_are_no_others() -> None:
    throttled = replace(VISIT, medians_ms=(20.0,) * 8, state="throttled")
    assert the_point(VISIT, throttled).ms_per_image == pytest.approx(10.0)
    assert the_point(VISIT, throttled).note == ""
    alone = the_point(throttled)
    assert alone.ms_per_image == pytest.approx(20.0)
    assert alone.note == "throttled"


def test_visits_that_shared_the_processors_are_left_out_where_two_remain() -> None:
    busy = replace(VISIT, medians_ms=(25.0,) * 8, other_load_percent=40.0)
    assert the_point(VISIT, busy, VISIT).ms_per_image == pytest.approx(10.0)
    assert the_point(VISIT, busy, VISIT).note == ""
    assert the_point(VISIT, busy, VISIT).inferences == 200
    mixed = the_point(VISIT, busy)
    assert mixed.inferences == 200
    assert mixed.note == "others used up to 40 % of the processors"


def test_a_visit_that_failed_beside_good_ones_is_told() -> None:
    point = the_point(VISIT, replace(VISIT, medians_ms=(), error="killed: by someone"))
    assert point.ms_per_image == pytest.approx(10.0)
    assert point.note == "1 of 2 visits failed: killed: by someone"


def test_what_is_unknown_stays_unknown() -> None:
    bare = replace(VISIT, power_w=None, power_scope="", j_per_image=None, memory_mib=None)
    point = the_point(bare, bare)
    assert (point.power_w, point.j_per_image, point.memory_mib) == (None, None, None)


def test_what_was_not_tried_says_why_under_the_same_conditions() -> None:
    failed = replace(VISIT, batch=2, error="out of memory: too large", medians_ms=())
    point = the_point(VISIT, failed, batch=4)
    assert point.ms_per_image is None
    assert point.error.startswith("not tried: batch 2 did not run (out of memory: too large)")
    assert point.conditions.provider == "cpu"


def test_nothing_is_said_of_what_is_still_to_come() -> None:
    assert [point.batch for point in measured.points(Course(PLAN, [VISIT]))] == [1]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """With a session that is a sweep of two visits, and one that is none."""
    path = tmp_path / "sessions.db"
    recorded_sessions.write(path, stories.STORIES["steady"]())
    writer = SweepWriter(path, "sweep-1", stories.START_UNIX_S, PLAN.to_json())
    writer.begin()
    for visit in (VISIT, replace(VISIT, batch=2)):
        writer.add(visit)
    assert writer.problem == ""
    facts = recorded_sessions.FACTS | {"sweep": "sweep-1", "power_mode": "15W"}
    connection = schema.connect(path)
    session = SessionWriter(facts, stories.START_UNIX_S + 9, "sweep-1")
    for sample in stories.STORIES["steady"]():
        session.add(sample)
    session.commit(connection)
    connection.close()
    return path


def test_a_sweep_comes_back_from_the_database(database: Path) -> None:
    found = find_sweep(database, "last")
    assert (found.id, found.visits) == ("sweep-1", (VISIT, replace(VISIT, batch=2)))
    assert Plan.from_json(found.plan) == PLAN
    assert find_sweep(database, "eep-1").id == "sweep-1"


def test_the_results_of_its_session_are_its_points(database: Path) -> None:
    with contextlib.closing(reading.open_session(database, "sweep-1")) as session:
        results = results_of(session)
    assert [(point.batch, point.model.canonical_name) for point in results.points] == [
        (1, "ResNet-50"), (2, "ResNet-50"),
    ]  # fmt: skip
    assert results.points[0].conditions.power_mode == "15W"


def test_visits_that_cannot_be_are_refused(database: Path) -> None:
    """A session file may come from anywhere."""
    connection = schema.connect(database)
    connection.execute("UPDATE visits SET facts = replace(facts, '\"batch\":1', '\"batch\":-1')")
    connection.close()
    with (
        contextlib.closing(reading.open_session(database, "sweep-1")) as session,
        pytest.raises(schema.DamagedError, match="a point that is not in the plan"),
    ):
        results_of(session)


def test_it_goes_along_into_a_session_file(database: Path, tmp_path: Path) -> None:
    path = tmp_path / "mailed.edgetop"
    with contextlib.closing(reading.open_session(database, "sweep-1")) as session:
        session_file.write(session, path)
        expected = results_of(session).points
    with contextlib.closing(reading.open_session(path, None)) as mailed:
        assert results_of(mailed).points == expected


def test_it_goes_with_the_last_of_its_sessions(database: Path) -> None:
    """It was interrupted and went on in another session."""
    connection = schema.connect(database)
    facts = recorded_sessions.FACTS | {"sweep": "sweep-1"}
    later = SessionWriter(facts, stories.START_UNIX_S + 99, "later")
    later.add(stories.STORIES["steady"]()[0])
    later.commit(connection)
    rows.delete(connection, ["sweep-1"])
    assert len(find_sweep(database, "last").visits) == 2
    rows.delete(connection, ["later"])
    connection.close()
    with pytest.raises(UsageError, match="no sweep is recorded yet"):
        find_sweep(database, "last")


def test_two_that_go_on_with_the_same_sweep_do_not_mix(database: Path) -> None:
    stored = find_sweep(database, "last")
    first, second = (SweepWriter(database, *stored[:3], stored=2) for _ in range(2))
    first.add(VISIT)
    with pytest.raises(UsageError, match="another edgetop goes on"):
        second.add(VISIT)


def test_what_the_disk_refuses_is_tried_again_with_the_next_visit(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.write_text("a file where the folder should be")
    writer = SweepWriter(folder / "sessions.db", "x", 0.0, PLAN.to_json())
    writer.begin()
    writer.add(VISIT)
    assert writer.problem
    folder.unlink()
    writer.add(replace(VISIT, batch=2))
    assert writer.problem == ""
    assert len(find_sweep(folder / "sessions.db", "x").visits) == 2


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A database of the version before there were sweeps."""
    path = tmp_path / "sessions.db"
    recorded_sessions.write(path, stories.STORIES["steady"]())
    connection = schema.connect(path)
    connection.executescript("DROP TABLE visits; DROP TABLE sweeps; PRAGMA user_version = 1;")
    connection.close()
    return path


def test_a_session_of_an_older_edgetop_is_read_in_another_thread(older: Path) -> None:
    """As a replay does; the file stays what it is."""
    session = reading.open_session(older, None)
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(len(list(session.samples()))))
    thread.start()
    thread.join()
    assert found == [len(session)] != [0]
    session.close()


def test_a_database_of_the_version_before_gets_the_new_tables(older: Path) -> None:
    path = older
    schema.connect(path).close()
    with contextlib.closing(reading.open_session(path, None)) as session:
        assert session.sweep() is None
        assert len(session) > 0
    assert tables.VERSION == 2
