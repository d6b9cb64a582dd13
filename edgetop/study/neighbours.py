"""The other boards of the report that a published board is from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edgetop import reference

if TYPE_CHECKING:
    from edgetop.results import Results


def same_report(results: Results) -> tuple[Results, ...]:
    """All other boards of the same report, in its order; none for a recorded session."""
    if not results.published:
        return ()
    report = results.id.partition("/")[0]
    others = (name for name in reference.boards() if name.partition("/")[0] == report)
    return tuple(reference.load(name) for name in others if name != results.id)


def with_memory(results: Results) -> Results:
    """The results with the memory figures of their report, where it has those of one board only.

    Bianco and others measured memory on the Titan Xp, and their Table 3 limits the memory of the
    Jetson TX1 by the same figures: only so do its fields hold the 26 models that it names. Each
    point then says in `memory_scope` on what board its memory was measured.

    Returns:
        The same results if any point has a memory figure, or none of the report has.
    """
    if any(point.memory_mib is not None for point in results.points):
        return results
    for other in same_report(results):
        lent = {
            (point.model.name, point.batch): point
            for point in other.points
            if point.memory_mib is not None
        }
        if lent:
            points = tuple(
                replace(
                    point,
                    memory_mib=found.memory_mib,
                    memory_scope=f"{found.memory_scope}, on {other.board}",
                )
                if (found := lent.get((point.model.name, point.batch)))
                else point
                for point in results.points
            )
            note = f"memory was not measured on this board: the figures are those of {other.board}"
            return replace(results, points=points, notes=(*results.notes, note))
    return results
