"""The run marked A: figures that later runs are compared with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop.sample import Mark, Run, Sample, State, processor_words

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec


def title_of(run: Run | RunSpec) -> str:
    """What runs: ``squeezenet_v1.1, batch 1, cpu 2 threads``."""
    model = run.model if isinstance(run, Run) else run.title
    parts = [model, f"batch {run.batch}", processor_words(run.provider, run.threads)]
    if run.instances > 1:
        parts.append(f"{run.instances} instances")
    if run.rate_fps is not None:
        parts.append(f"{run.rate_fps:g} images/s")
    return ", ".join(parts)


def mark_of(sample: Sample) -> Mark:
    """The figures of a run as a mark: of the whole run, and of this moment where it has no mean.

    Power is the mean over the time that the sensor covered, like the joules per image beside it;
    the present reading stands in for it where no energy could be counted.
    """
    board, total, energy = sample.board, sample.total, sample.energy
    mean_w = energy.mean_power_w
    return Mark(
        run=sample.run.number,
        title=title_of(sample.run),
        fps=total.fps,
        p50_ms=total.latency.p50_ms,
        p99_ms=total.latency.p99_ms,
        cpu_percent=board.cpu_percent.value,
        gpu_percent=board.gpu_percent.value,
        worker_rss_mib=sample.worker.rss_mib,
        cpu_ms_per_inference=sample.worker.cpu_ms_per_inference,
        power_w=board.power.power_w if mean_w is None else mean_w,
        power_scope=board.power.scope,
        j_per_image=energy.j_per_image,
        temperature_c=board.temperature_c.value,
    )


class Marks:
    """What is marked A.

    A mark has the figures of the moment in which it was set, while its run goes on: what people
    saw is what they compare with. When that run ends the mark takes its final figures, if more
    inferences stand behind them: more samples tell more. They must be of the same
    configuration (the rate may have changed), and not of a run that hung, for its silence is in
    them. What the board read at the marking stays: at the end its load is already another.
    """

    def __init__(self) -> None:
        self.mark: Mark | None = None
        """The figures; None while nothing is marked."""
        self.spec: RunSpec | None = None
        """With which the marked run can be run again."""
        self._inferences = 0

    def set(self, sample: Sample, spec: RunSpec) -> Mark:
        """Mark a run.

        Args:
            sample: Its newest sample.
            spec: Of the run.
        """
        self.mark, self.spec = mark_of(sample), spec
        self._inferences = sample.total.inferences
        return self.mark

    def remove(self) -> None:
        """Let nothing be marked."""
        self.mark = self.spec = None

    def is_set_on(self, number: int) -> bool:
        """The run with this number is the marked one."""
        return self.mark is not None and self.mark.run == number

    def end(self, final: Sample) -> None:
        """A run has ended; if it is the marked one these are its final figures."""
        mark = self.mark
        if mark is None or not self.is_set_on(final.run.number) or final.state is State.HUNG:
            return
        whole = mark_of(final)
        if whole.title == mark.title and final.total.inferences > self._inferences:
            self.mark = replace(
                whole,
                cpu_percent=mark.cpu_percent,
                gpu_percent=mark.gpu_percent,
                worker_rss_mib=whole.worker_rss_mib or mark.worker_rss_mib,
                cpu_ms_per_inference=whole.cpu_ms_per_inference or mark.cpu_ms_per_inference,
                temperature_c=mark.temperature_c,
            )
