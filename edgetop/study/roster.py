"""Which models a sweep is of: built-in ones, files, or all of a published report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop import reference
from edgetop.engine.spec import RunSpec
from edgetop.results import Model
from edgetop.study import graphs
from edgetop.zoo import catalogue, inspected, resolve
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from edgetop.zoo.catalogue import Architecture
    from edgetop.zoo.resolve import ModelChoice

_WITHOUT_TABLES = {"canziani": "003"}
"""Reports that published figures only: their mark in the catalogue."""

_BESIDE = {"deepdetect": ("shufflenet_g3",)}
"""Networks that stand for one of a report whose exact graph the catalogue does not have."""


def models(names: Iterable[str]) -> list[tuple[ModelChoice, Model]]:
    """What the names mean, each model once, and what is known of its graph.

    Args:
        names: Files, built-in names, or reports (``deepdetect``): then all of its networks that
            edgetop can build.

    Raises:
        UsageError: A name means nothing; the nearest are told.
        ModelError: A file is no model.
    """
    found: dict[str, tuple[ModelChoice, Model]] = {}
    for name in names:
        for choice in _choices(name):
            if str(choice.path) not in found:
                titles = {known.title for known, _ in found.values()}
                named = _with_own_title(choice, titles)
                found[str(choice.path)] = (named, _known(named))
    return list(found.values())


def _with_own_title(choice: ModelChoice, taken: Collection[str]) -> ModelChoice:
    """The model under a title that none before it has: the points of two must not be mixed."""
    folder = safe_text(choice.path.parent.name)
    titles = (f"{choice.title} ({folder}{number})" for number in ("", *range(2, len(taken) + 3)))
    title = next(title for title in (choice.title, *titles) if title not in taken)
    return replace(choice, title=title)


def _choices(name: str) -> list[ModelChoice]:
    networks = _networks(name.strip().lower())
    return [resolve.built_in(item) for item in networks] or [resolve.resolve(name)]


def _networks(report: str) -> list[Architecture]:
    """All networks of a report, in the order of its tables; none if it is no report's name."""
    code = _WITHOUT_TABLES.get(report)
    if code is not None:
        return [item for item in catalogue.ARCHITECTURES if code in item.seed_reports]
    names = dict.fromkeys(
        point.model.canonical_name
        for board in reference.boards()
        if board.split("/")[0] == report
        for point in reference.load(board).points
    )
    wanted = (*names, *_BESIDE.get(report, ()))
    return [found for name in wanted if name and (found := catalogue.find(name))]


def _known(choice: ModelChoice) -> Model:
    architecture = choice.architecture
    if architecture is None:
        spec = RunSpec(str(choice.path), choice.title)
        graph = graphs.recognised(choice.title, inspected.facts(spec), 1)
        return graph.model or Model(choice.title)
    return graphs.of_architecture(choice.title, architecture)
