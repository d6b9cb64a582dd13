"""A recorded session in the shape that studies work on: one point for each run that measured."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop.engine.variants import title_as_stored
from edgetop.results import Conditions, Model, Point, Results
from edgetop.sample import State
from edgetop.session.store import schema
from edgetop.study import graphs, measured
from edgetop.study.stored import course_of
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from edgetop.sample import Run, Sample
    from edgetop.session.store.listing import SessionInfo
    from edgetop.session.store.reading import Recorded

_CONDITIONS = (
    "time of an inference from its start to its end, median of all of a run after its warm-up, "
    "divided by the batch; throughput is images by wall time"
)
_DOUBTFUL = (State.DRIFTING, State.THROTTLED, State.HUNG, State.FAILED)
"""Whose reason a reader must know."""


def results_of(recorded: Recorded) -> Results:
    """All runs of a session that measured something, in their order, as they stood at their end.

    Of a sweep it is its points, whichever of its sessions this is. Runs of a trial of A and B are
    left out: in short slices a model runs as it does not alone. So are runs at a pace (`--rate`):
    their throughput is what came in, and their latency counts from when an image was due.

    Raises:
        DamagedError: The database is damaged.
    """
    info = recorded.info
    points, notes = _of_sweep(recorded), []
    if points is None:
        alone = [sample for sample in recorded.last_of_runs() if not _in_trial(sample)]
        free = [sample for sample in alone if sample.run.rate_fps is None]
        points = tuple(_point(sample, info) for sample in free)
        if paced := len(alone) - len(free):
            notes.append(f"runs at a pace are left out: {paced}")
    lost = sum(recorded.damaged.values())
    if lost:
        notes.append(f"{lost} samples are damaged and left out")
    return Results(
        id=info.id,
        board=safe_text(info.board, 100),
        source=_source(info),
        points=points,
        published=False,
        conditions=_CONDITIONS,
        notes=tuple(notes),
    )


def _of_sweep(recorded: Recorded) -> tuple[Point, ...] | None:
    """The points of the sweep that the session is a part of; None if it is of none."""
    sweep = recorded.sweep()
    if sweep is None:
        return None
    with schema.refusing(f"sweep {sweep.id}"):
        return measured.points(course_of(sweep), _mode_words(recorded.info))


def _mode_words(info: SessionInfo, mode: str = "", governor: str = "") -> str:
    """Power mode and governor in words; those of the session's start where no others are known."""
    mode = mode or str(info.facts.get("power_mode") or "")
    governor = governor or str(info.facts.get("governor") or "")
    return safe_text(measured.mode_words(mode, governor), 100)


def _in_trial(sample: Sample) -> bool:
    return sample.trial is not None and sample.run.number in sample.trial.runs


def _source(info: SessionInfo) -> str:
    versions = info.facts.get("versions")
    version = versions.get("edgetop", "") if isinstance(versions, dict) else ""
    day = time.strftime("%Y-%m-%d", time.localtime(info.started_unix_s))
    return safe_text(f"measured by edgetop {version} on {day}", 100)


def _point(sample: Sample, info: SessionInfo) -> Point:
    run, total, energy = sample.run, sample.total, sample.energy
    median_ms = total.latency.p50_ms
    power_w, memory_mib = energy.mean_power_w, sample.worker.rss_mib
    return Point(
        model=_model(run),
        batch=run.batch,
        conditions=_conditions(sample, info),
        ms_per_image=None if median_ms is None else median_ms / run.batch,
        fps=total.fps,
        latency=total.latency,
        inferences=total.inferences,
        memory_mib=memory_mib,
        memory_scope="" if memory_mib is None else measured.MEMORY_SCOPE,
        baseline_mib=run.baseline_mib,
        gpu_used_mib=sample.board.gpu_memory_used_mib.value,
        power_w=power_w,
        power_scope="" if power_w is None else sample.board.power.scope_words,
        j_per_image=energy.j_per_image,
        temperature_c=sample.board.temperature_c.value,
        state=sample.state.value,
        error="the latencies are not known" if median_ms is None else "",
        note="; ".join(_notes(sample)),
    )


def _conditions(sample: Sample, info: SessionInfo) -> Conditions:
    """Of the run; what the session wrote down at its start where the sample does not say."""
    run, board = sample.run, sample.board
    return Conditions(
        runtime=safe_text(run.runtime),
        provider=safe_text(run.provider),
        threads=run.threads or None,
        precision=safe_text(run.precision),
        power_mode=_mode_words(info, board.power_mode, board.governor),
    )


def _notes(sample: Sample) -> list[str]:
    run = sample.run
    notes = []
    if sample.state in _DOUBTFUL:
        notes.append(f"{sample.state.value}: {sample.state_reason}")
    if run.instances > 1:
        notes.append(f"{run.instances} instances ran at once")
    if run.nodes_on_cpu:
        notes.append(f"{run.nodes_on_cpu} nodes of the graph ran on the CPU")
    return [safe_text(note, 200) for note in notes]


def _model(run: Run) -> Model:
    """A built-in model is what it was built from; of a file only its name and input are known.

    Accuracy is the published one of trained weights, which int8 weights no longer have.
    """
    name = safe_text(title_as_stored(run.model))
    graph = graphs.built_in(run)
    if graph is None or graph.model is None:
        return Model(name, input_px=_input_px(run))
    return graphs.at_precision(replace(graph.model, name=name), run.precision)


def _input_px(run: Run) -> int | None:
    """Height and width of the first input, where it is a square image with channels first."""
    shape = run.inputs[0].shape if run.inputs else ()
    square = len(shape) == 4 and shape[1] in (1, 3) and shape[2] == shape[3]
    return shape[2] if square else None
