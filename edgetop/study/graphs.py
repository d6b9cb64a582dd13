"""Which published network a run was of: by what its graph costs, not by its name.

A built-in model is what it was built from. A file of the user's is inspected in a process of its
own and compared with the catalogue by its multiply-adds and its parameters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgetop.engine.spec import RunSpec
from edgetop.engine.variants import title_as_stored
from edgetop.errors import EdgetopError
from edgetop.results import Model
from edgetop.zoo import catalogue, inspected
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping, Sequence

    from edgetop.results import Point, Results
    from edgetop.sample import Run
    from edgetop.session.store.reading import Recorded
    from edgetop.zoo.catalogue import Architecture

TOLERANCE = 0.005
"""By how much multiply-adds and parameters of a file may each differ from the catalogue's."""
_EXACT = 1e-4
"""The catalogue's figures have five or six digits."""
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Graph:
    """What is known of a run's network."""

    model: Model | None
    """None if its operations are not known; without `canonical_name` if it is no network of the
    catalogue."""
    words: str = ""
    """How that is known, or why it is not, for people."""


def identified(results: Results, recorded: Recorded) -> tuple[Results, dict[str, str]]:
    """The results of a session with the graphs of the user's files, as far as they can be known.

    Returns:
        The results, and by the models' names how each graph is known, or why it is not.
    """
    hashes = {run.number: run.model_sha256 for run in recorded.runs()}
    runs: dict[str, list[Run]] = {}
    for sample in recorded.last_of_runs():
        name = safe_text(title_as_stored(sample.run.model))
        runs.setdefault(name, []).append(sample.run)
    wanted = dict.fromkeys(
        point.model.name for point in results.points if point.model.gmacs is None
    )
    graphs = {name: _of_runs(runs[name], hashes) for name in wanted if name in runs}
    points = tuple(_with_graph(point, graphs.get(point.model.name)) for point in results.points)
    words = {name: graph.words for name, graph in graphs.items() if graph.words}
    return replace(results, points=points), words


def _of_runs(runs: Sequence[Run], hashes: Mapping[int, str | None]) -> Graph:
    """The graph of runs of one title, of which variants in other precisions may be some."""
    as_stored = [run for run in runs if title_as_stored(run.model) == run.model] or runs[:1]
    first = as_stored[0]
    known = built_in(first)
    if known is not None:
        return known
    if len({run.model_path for run in as_stored}) > 1:
        return Graph(None, "several files of this name ran, so its operations are not known")
    return of_file(first, hashes.get(first.number))


def _with_graph(point: Point, graph: Graph | None) -> Point:
    """What the session itself knows of the model stays."""
    if graph is None or graph.model is None or point.model.gmacs is not None:
        return point
    found = graph.model
    model = replace(
        point.model,
        canonical_name=found.canonical_name,
        family=found.family,
        input_px=point.model.input_px or found.input_px,
        params_m=found.params_m,
        gmacs=found.gmacs,
    )
    return replace(point, model=model)


def of_architecture(title: str, architecture: Architecture) -> Model:
    """What is known of a model that edgetop builds; its accuracy is that of trained weights."""
    return replace(
        _model(title, architecture, architecture.params_m, architecture.gmacs),
        top1_pct=architecture.top1_pct,
        top1_source=architecture.top1_source,
    )


def at_precision(model: Model, precision: str) -> Model:
    """The model with weights of that precision: at int8 they no longer have the accuracy."""
    return replace(model, top1_pct=None, top1_source="") if precision == "int8" else model


def built_in(run: Run) -> Graph | None:
    """The graph of a model that edgetop built; None for a file of the user's."""
    if not run.label.startswith(catalogue.RANDOM_WEIGHTS):
        return None
    architecture = catalogue.find(title_as_stored(run.model))
    if architecture is None:
        return Graph(None, "a built-in model that this edgetop does not have")
    shapes = [tensor.shape for tensor in run.inputs[:1]]
    if shapes and shapes[0][2:] != (architecture.input_px,) * 2:
        sides = "x".join(map(str, shapes[0][2:]))
        own = architecture.input_px
        return Graph(None, f"ran at {sides} pixels; its operations are known at {own}x{own} only")
    return Graph(of_architecture(run.model, architecture))


def of_file(
    run: Run,
    sha256: str | None = None,
    *,
    idle: bool = False,
    started: Callable[[subprocess.Popen[str]], None] = lambda _process: None,
) -> Graph:
    """The graph of a file that is still where the run found it.

    Args:
        run: Its path and the shapes that it was fed.
        sha256: Of the file that ran; None if it is not known.
        idle: See `edgetop.zoo.inspected.facts`.
        started: As `idle`.
    """
    try:
        path = Path(run.model_path).expanduser()
        there = path.is_file()
    except (OSError, ValueError, RuntimeError):
        there = False
    if not there:
        return Graph(None, "its file is no more where it was, so its operations are not known")
    if sha256 is not None and _sha256(path) != sha256:
        return Graph(None, "its file has changed since, so its operations are not known")
    spec = RunSpec(
        str(path.absolute()),
        run.model,
        batch=run.batch,
        input_shapes=tuple((item.name, item.shape) for item in run.inputs if item.shape),
    )
    try:
        facts = inspected.facts(spec, idle=idle, started=started)
    except EdgetopError as error:
        return Graph(None, error.message)
    return recognised(run.model, facts, run.batch)


def recognised(title: str, facts: Mapping[str, Any], batch: int) -> Graph:
    """The catalogue's network with the same operations and parameters as an inspected file.

    Args:
        title: Of the file; it decides where several networks are within the tolerance.
        facts: Fields of `edgetop.zoo.inspection.Inspection`, counted at that batch.
        batch: Of the run.
    """
    if facts["macs"] is None:
        return Graph(None, "not all of its operations could be counted")
    params_m, gmacs = facts["params"] / 1e6, facts["macs"] / 1e9 / batch
    found = candidates(params_m, gmacs)
    if not found:
        counts = f"{gmacs:.4g} GMACs and {params_m:.4g} M parameters"
        unknown = Model(title, params_m=params_m, gmacs=gmacs)
        return Graph(unknown, f"no network of the catalogue has its {counts}")
    named = catalogue.find(title_as_stored(title))
    chosen = named if named in found else found[0]
    words = f"the same graph as {chosen.canonical_name} by its operations and parameters"
    others = [item.canonical_name for item in found if item is not chosen]
    if others and named is not chosen:
        words += f" (within {TOLERANCE:.1%} also {', '.join(others)})"
    return Graph(_model(title, chosen, params_m, gmacs), words)


def candidates(params_m: float, gmacs: float) -> list[Architecture]:
    """Networks of the catalogue within the tolerance of both counts, the nearest first.

    Where some are the same to the last digit, only those.
    """
    near = sorted(
        (max(_apart(params_m, item.params_m), _apart(gmacs, item.gmacs)), number, item)
        for number, item in enumerate(catalogue.ARCHITECTURES)
    )
    for limit in (_EXACT, TOLERANCE):
        found = [item for apart, _, item in near if apart <= limit]
        if found:
            return found
    return []


def _apart(a: float, b: float) -> float:
    return abs(a - b) / b


def _model(title: str, architecture: Architecture, params_m: float, gmacs: float) -> Model:
    return Model(
        name=title,
        canonical_name=architecture.canonical_name,
        family=architecture.family,
        input_px=architecture.input_px,
        params_m=params_m,
        gmacs=gmacs,
    )


def _sha256(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()
