"""What really ran: provider, nodes on the CPU, precision, shapes, start-up times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgetop.paint.numbers import si
from edgetop.paint.rows import Row, join

if TYPE_CHECKING:
    from edgetop.paint.symbols import Symbols
    from edgetop.sample import Run, Sample

_MOST_INPUTS = 2


def truth(sample: Sample, symbols: Symbols) -> list[Row]:
    """Three lines: start-up, where it ran, what went in."""
    run = sample.run
    return [_start_up(run, symbols), _where(run, symbols), _what(run, symbols)]


def warning(sample: Sample) -> Row:
    """In one line what no reader may miss, for panels without room for the truth."""
    run = sample.run
    words = [run.label] if run.label else []
    if run.nodes_on_cpu:
        words.append(f"{run.nodes_on_cpu} nodes on the CPU")
    return ((", ".join(words), "warn"),) if words else ()


def _start_up(run: Run, symbols: Symbols) -> Row:
    """As far as the run has come: a model that is still loading has none of them."""
    first_s = None if run.first_run_ms is None else run.first_run_ms / 1000
    steps = (("load", run.load_s), ("first run", first_s), ("warm-up", run.warmup_s))
    words = [
        f"{name} {' '.join(si(value, 's', micro=symbols.micro))}"
        for name, value in steps
        if value is not None
    ]
    return ((", ".join(words), "dim"),) if words else ()


def _where(run: Run, symbols: Symbols) -> Row:
    if not run.runtime:
        return ()
    total = sum(count for _, count in run.nodes)
    on_cpu = run.nodes_on_cpu
    if not total:
        nodes, ink = "placement of nodes not told", "dim"
    elif on_cpu:
        nodes, ink = f"{on_cpu} of {total} nodes ran on the CPU", "warn"
    else:
        nodes, ink = f"all {total} nodes on {run.provider}", "dim"
    parts = [run.runtime, run.precision]
    return join((nodes, ink), *[(f" {symbols.dot} {part}", "dim") for part in parts if part])


def _what(run: Run, symbols: Symbols) -> Row:
    shown = [item.words(symbols.times) for item in run.inputs[:_MOST_INPUTS]]
    if len(run.inputs) > _MOST_INPUTS:
        shown.append(f"{len(run.inputs) - _MOST_INPUTS} more inputs")
    row: Row = ((f" {symbols.dot} ".join(shown), "dim"),)
    if run.label:
        row = join((run.label, "warn"), (f" {symbols.dot} " if shown else "", "dim"), row)
    return row
