"""A session as a summary to paste into an issue or a README: GitHub-flavoured Markdown."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from edgetop.export import records
from edgetop.stats.against import verdict
from edgetop.stats.latency import samples_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edgetop.sample import Event, Sample

_UNKNOWN = "–"
_MOST_EVENTS = 30
_COLUMNS = (
    "run", "model", "precision", "batch", "provider", "threads", "FPS", "ms/image", "p50 ms",
    "p90 ms", "p99 ms", "memory MiB", "power W", "power of", "mJ/image", "°C", "state",
)  # fmt: skip
_WORDS = frozenset({"model", "precision", "provider", "power of", "state"})
"""Columns of text; the others are numbers and stand on the right."""

_PERCENTILES = ((50.0, "p50"), (90.0, "p90"), (99.0, "p99"))
_SPECIAL = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])")
# What GitHub makes links and mentions of even behind a backslash, but never within code.
_LINKED = re.compile(
    r"(?:[@#]|(?<=[A-Za-z]):(?=//)|(?i:(?<=\bwww))\.|(?i:(?<=\bmailto)|(?<=\bxmpp)):)+"
)


def summary_markdown(
    *,
    session: str,
    started_unix_s: float,
    board: str,
    release: str,
    versions: Mapping[str, str],
    runs: Sequence[Sample],
    samples: int,
    duration_s: float,
    events: Sequence[Event],
) -> str:
    """The conditions of a session, its runs, and what a reader must know of them.

    Args:
        session: Its name.
        started_unix_s: When it began.
        board: Name of the board.
        release: Software release of the vendor or distribution.
        versions: By package.
        runs: The last sample of every run.
        samples: How many were recorded.
        duration_s: From the first to the last of them.
        events: What happened; those with a mark are listed.
    """
    lines = [f"## edgetop session {escaped(session)}", ""]
    conditions = {
        "Board": escaped(board),
        "System": escaped(release),
        "Recorded": (
            f"{_moment(started_unix_s)}, {samples} samples in {_number(duration_s)} s, "
            f"{len(runs)} {'run' if len(runs) == 1 else 'runs'}"
        ),
        **_conditions(runs),
        "Versions": ", ".join(f"{escaped(k)} {escaped(v)}" for k, v in versions.items()),
    }
    lines += [f"- **{name}:** {text or 'unknown'}" for name, text in conditions.items()]
    if runs:
        lines += ["", *_table(runs)]
    notes = [note for sample in runs for note in _notes(sample)] + list(_trial(runs))
    for title, items in (("Notes", notes), ("Events", _events(events))):
        if items:
            lines += ["", f"{title}:", "", *(f"- {item}" for item in items)]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text of any origin as plain words within a line of Markdown, or within a table's cell.

    Nothing in it is markup, HTML, a link or a mention, and nothing speaks to a terminal.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _LINKED.sub(r"`\g<0>`", _SPECIAL.sub(r"\\\g<0>", line))


def _conditions(runs: Sequence[Sample]) -> dict[str, str]:
    """What the figures were measured under, as the last sample has it."""
    if not runs:
        return {}
    board = runs[-1].board
    power = board.power
    covers = f", covers {escaped(power.covers)}" if power.covers else ""
    excludes = f", excludes {escaped(power.excludes)}" if power.excludes else ""
    known = power.scope != "none"
    return {
        "Power mode": escaped(board.power_mode) or "none",
        "Governor": escaped(board.governor),
        "Runtime": ", ".join(
            dict.fromkeys(escaped(item.run.runtime) for item in runs if item.run.runtime)
        ),
        "Power": (
            f"{escaped(power.scope_words)}{covers}{excludes}"
            if known
            else f"not measured: {escaped(power.reason)}"
        ),
    }


def _table(runs: Sequence[Sample]) -> Iterator[str]:
    yield _row(_COLUMNS)
    yield _row(["---" if name in _WORDS else "---:" for name in _COLUMNS])
    for sample in runs:
        yield _row(_cells(sample))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(sample: Sample) -> list[str]:
    run, power = sample.run, sample.board.power
    record = records.summary(sample)
    joules = record["energy_j_per_image"]
    return [
        str(run.number),
        escaped(run.model),
        escaped(run.precision) or _UNKNOWN,
        str(run.batch),
        escaped(run.provider),
        str(run.threads) if run.threads else _UNKNOWN,
        _number(record["fps"]),
        _number(1000 / record["fps"] if record["fps"] else None),
        *(_number(record["latency_ms"][name]) for _, name in _PERCENTILES),
        _number(record["memory"]["worker_mib"]),
        _number(record["power"]["watts"]),
        escaped(power.scope_words) if power.scope != "none" else _UNKNOWN,
        _number(None if joules is None else 1000 * joules),
        _number(record["temperature_c"]),
        sample.state.value,
    ]


def _notes(sample: Sample) -> Iterator[str]:
    """What a reader must know to judge the figures of a run."""
    run, total = sample.run, sample.total
    about = f"Run {run.number}: "
    if run.label:
        yield about + escaped(run.label)
    if run.nodes_on_cpu:
        nodes = sum(count for _, count in run.nodes)
        yield f"{about}{run.nodes_on_cpu} of {nodes} nodes of the graph ran on the CPU"
    if run.instances > 1:
        yield f"{about}{run.instances} instances ran at the same time"
    if run.rate_fps is not None:
        yield f"{about}{_number(run.rate_fps)} images/s came in; latency is from when each was due"
    if total.lost:
        yield f"{about}{total.lost} records were lost: the latencies are of the others"
    if sample.state.value not in ("steady", "paused"):
        yield f"{about}{sample.state.value}: {escaped(sample.state_reason) or 'no reason known'}"
    missing = [
        f"{name} needs {samples_needed(q)} inferences"
        for q, name in _PERCENTILES
        if getattr(total.latency, f"{name}_ms") is None
    ]
    if missing and total.latency.count:
        yield f"{about}{', '.join(missing)}; there were {total.latency.count}"


def _trial(runs: Sequence[Sample]) -> Iterator[str]:
    """What the last trial of two configurations found, if there was one."""
    trial = runs[-1].trial if runs else None
    if trial is not None and trial.ratio is not None:
        ratio = trial.ratio
        yield (
            f"A {escaped(trial.a)}, B {escaped(trial.b)}: {verdict(trial)}; B / A = "
            f"{ratio.value:.3f}, 95 % interval {ratio.low:.3f} to {ratio.high:.3f}, "
            f"{trial.pairs} pairs of slices"
        )


def _events(events: Sequence[Event]) -> list[str]:
    marked = [event for event in events if event.mark]
    lines = [
        f"{_moment(event.time_unix_s)} {escaped(event.mark)}: {escaped(event.text)}"
        for event in marked[:_MOST_EVENTS]
    ]
    if len(marked) > _MOST_EVENTS:
        lines.append(f"and {len(marked) - _MOST_EVENTS} more")
    return lines


def _moment(time_unix_s: float) -> str:
    """To the second, in UTC."""
    return f"{records.iso_utc(time_unix_s)[:19]}Z"


def _number(value: float | None) -> str:
    """Three significant digits, or a dash."""
    if value is None or not math.isfinite(value):
        return _UNKNOWN
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
