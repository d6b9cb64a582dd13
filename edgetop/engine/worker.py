"""The model's process: load, first run, warm-up, then inferences into the ring."""

from __future__ import annotations

import itertools
import os
import socket
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from edgetop.engine import providers
from edgetop.engine.channel import Channel
from edgetop.engine.commands import Commands
from edgetop.engine.diagnose import explain, one_line
from edgetop.engine.ring import RingWriter
from edgetop.engine.spec import RunSpec
from edgetop.engine.threads import default_threads
from edgetop.engine.weights import stored_precision
from edgetop.errors import EdgetopError, ExitCode, ModelError
from edgetop.stats.warmup import WarmUp

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.engine.backend import Backend, Feed, Model
    from edgetop.engine.inputs import InputPlan

_WARMUP_LIMIT_S = 5.0


def main(arguments: list[str]) -> int:
    """Run the model that the first message on the channel names.

    Args:
        arguments: Descriptors: the channel's socket, then one ring per instance.
    """
    be_the_first_to_go()
    channel_fd, *ring_fds = (int(word) for word in arguments)
    channel = Channel(socket.socket(fileno=channel_fd))
    order, *hurried = _first_messages(channel)
    spec = RunSpec.from_json(order["spec"])
    commands = Commands(channel, spec.rate_fps)
    commands.follow(hurried)
    try:
        from edgetop.engine.ort import OrtBackend

        _run(spec, OrtBackend(), ring_fds, channel, commands)
    except EdgetopError as error:
        channel.send({"event": "error", "message": error.message, "code": int(error.code)})
        return int(error.code)
    except Exception as error:  # noqa: BLE001  the parent must hear of anything that ends us
        traceback.print_exc()  # into the log
        channel.send(
            {
                "event": "error",
                "message": explain(spec.model_path, error, spec.title),
                "code": int(ExitCode.MODEL),
            }
        )
        return int(ExitCode.MODEL)
    channel.send({"event": "stopped"})
    return 0


def _first_messages(channel: Channel) -> list[dict[str, Any]]:
    """What to run, and commands that were given before this process could read."""
    messages: list[dict[str, Any]] = []
    while not messages:
        if channel.closed:
            sys.exit(0)  # edgetop is gone already
        messages = channel.receive()
    return messages


def be_the_first_to_go() -> None:
    """Ask the kernel to kill this process first when memory runs out, not sshd."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass  # not Linux, or not allowed: then the kernel chooses by itself


def resident_mib() -> float | None:
    """Memory that this process has resident, MiB; None where the system does not tell.

    The second field of ``/proc/self/statm``, in pages (proc_pid_statm(5)).
    """
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _run(
    spec: RunSpec, backend: Backend, ring_fds: list[int], channel: Channel, commands: Commands
) -> None:
    from edgetop.engine.inputs import plan
    from edgetop.engine.values import feeds

    provider = providers.choose(spec.provider, backend.available_providers())
    threads = spec.threads or default_threads()
    baseline_mib = resident_mib()
    started = time.monotonic()
    models = [backend.load(spec, provider, threads) for _ in ring_fds]
    load_s = time.monotonic() - started
    shapes = plan(models[0].inputs, spec)
    inputs = feeds(models[0].inputs, shapes.shapes, spec)
    facts = _facts(spec, backend, models[0], shapes, inputs[0])
    told = {"load_s": load_s, "baseline_mib": baseline_mib, "provider": provider}
    channel.send({"event": "loaded", "threads": threads, **told, **facts})

    lanes = [
        Lane(index, len(ring_fds), facts["batch"], model, inputs, RingWriter(ring), commands)
        for index, (model, ring) in enumerate(zip(models, ring_fds, strict=True))
    ]
    try:
        _measure(lanes, spec, channel, commands)
    except EdgetopError:
        raise
    except Exception as error:
        traceback.print_exc()
        raise ModelError(explain(spec.model_path, error, spec.title)) from error


def _measure(lanes: list[Lane], spec: RunSpec, channel: Channel, commands: Commands) -> None:
    """First run, warm-up, then inferences until a command ends them."""
    channel.send({"event": "first_run", "first_run_ms": lanes[0].first_run_ms()})
    started = time.monotonic()
    _together(lanes, lambda lane: lane.warm_up(spec.warmup_s))
    settled = all(lane.settled for lane in lanes)
    now_ns = commands.start_schedule()
    warmup_s = now_ns / 1e9 - started
    channel.send({"event": "warm", "warmup_s": warmup_s, "settled": settled, "now_ns": now_ns})
    _together(lanes, Lane.measure)


def _facts(
    spec: RunSpec, backend: Backend, model: Model, shapes: InputPlan, feed: Feed
) -> dict[str, Any]:
    """What the run really is, for the truth line and the record."""
    from edgetop.engine.values import origin

    inputs = [
        {
            "name": one_line(item.name, 60),
            "dtype": item.dtype,
            "shape": list(feed[item.name].shape),
            "values": origin(item, model.inputs, spec),
        }
        for item in model.inputs
    ]
    batch = shapes.batch
    if spec.input_file and inputs and len(inputs[0]["shape"]) > 1:
        batch = inputs[0]["shape"][0]
    return {
        "batch": batch,
        "batch_fixed": shapes.batch_fixed or bool(spec.input_file),
        "inputs": inputs,
        "precision": stored_precision(spec.model_path),
        "providers_used": list(model.providers_used),
        "nodes": model.nodes,
        "runtime": backend.runtime,
        "available_providers": list(backend.available_providers()),
    }


class Lane:
    """One instance: a session with its bound inputs and its own ring."""

    def __init__(
        self,
        index: int,
        lanes: int,
        batch: int,
        model: Model,
        inputs: list[Feed],
        ring: RingWriter,
        commands: Commands,
    ) -> None:
        self._index = index
        self._lanes = lanes
        self._batch = batch
        self._runners = [model.runner(feed) for feed in inputs]
        self._record = ring.recorder()
        self._commands = commands
        self.settled = False
        """The warm-up ended on its test, not on its limit."""

    def first_run_ms(self) -> float:
        """Duration of one inference, the first ever on this shape."""
        started = time.monotonic_ns()
        self._runners[0]()
        return (time.monotonic_ns() - started) / 1e6

    def warm_up(self, seconds: float | None) -> None:
        """Run unrecorded inferences for `seconds`, or until a test says that it is warm."""
        test = WarmUp(limit_s=_WARMUP_LIMIT_S)
        begin = time.monotonic_ns()
        for run in itertools.cycle(self._runners):
            started = time.monotonic_ns()
            if self._commands.stopping or (
                seconds is not None and started - begin >= seconds * 1e9
            ):
                break
            run()
            if test.add(time.monotonic_ns() - started) and seconds is None:
                break
        self.settled = test.settled

    def measure(self) -> None:
        """Run and record inferences until told to stop."""
        commands = self._commands
        pace = commands.rate_fps
        while not commands.stopping:
            generation = commands.generation
            if commands.rate_fps != pace:
                pace = commands.rate_fps
                if self._index == 0:
                    commands.report({"event": "pace"})  # what is recorded from here on has it
            if commands.paused:
                if self._index == 0:
                    commands.report({"event": "paused"})
                commands.wait(generation)
            elif commands.rate_fps is None:
                self._closed_loop(generation)
            else:
                self._open_loop(generation, commands.rate_fps)

    def _closed_loop(self, generation: int) -> None:
        """As fast as it goes: the next inference is due when the last one ends."""
        commands, record, clock = self._commands, self._record, time.monotonic_ns
        for run in itertools.cycle(self._runners):
            if commands.generation != generation:
                return
            start = clock()
            run()
            record(start, start, clock())

    def _open_loop(self, generation: int, rate_fps: float) -> None:
        """At a camera's pace: latency counts from the moment an image was due.

        An inference that comes late is not left out, so a stall shows in every image that
        had to wait for it. Instances take turns in one schedule.
        """
        commands, record, clock = self._commands, self._record, time.monotonic_ns
        period_ns = 1e9 * self._batch / rate_fps
        for number, run in enumerate(itertools.cycle(self._runners)):
            due = commands.epoch_ns + int((number * self._lanes + self._index) * period_ns)
            while (wait_ns := due - clock()) > 0 and commands.generation == generation:
                commands.wait(generation, wait_ns / 1e9)
            if commands.generation != generation:
                return
            start = clock()
            run()
            record(due, start, clock())


def _together(lanes: list[Lane], work: Callable[[Lane], None]) -> None:
    """Do `work` on all lanes at once; the first error stops them all and is raised."""
    errors: list[BaseException] = []

    def guarded(lane: Lane) -> None:
        try:
            work(lane)
        except BaseException as error:  # noqa: BLE001  raised again below
            errors.append(error)
            lanes[0]._commands.stop()

    threads = [threading.Thread(target=guarded, args=(lane,)) for lane in lanes[1:]]
    for thread in threads:
        thread.start()
    guarded(lanes[0])
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
