"""Results of boards, made by hand."""

from __future__ import annotations

from typing import Any

from edgetop.results import Conditions, Model, Point, Results

CONDITIONS = Conditions(runtime="onnxruntime 1.32.0", provider="cuda", threads=2, precision="fp32")


def model(name: str, **fields: Any) -> Model:
    """A network of 1 GMAC, 10 M parameters, 70 % and no family, unless fields say otherwise."""
    usual = {"canonical_name": name, "gmacs": 1.0, "params_m": 10.0, "top1_pct": 70.0}
    return Model(name=name, **{**usual, "top1_source": "made", **fields})


def point(of: str | Model, ms: float | None, batch: int = 1, **fields: Any) -> Point:
    """A network that took so many ms for an image."""
    made = model(of) if isinstance(of, str) else of
    fps = 1000 / ms if ms else None
    return Point(
        **{"model": made, "batch": batch, "conditions": CONDITIONS, "fps": fps, **fields},
        ms_per_image=ms,
    )


def results(*points: Point, **fields: Any) -> Results:
    """A session of a board."""
    usual = {"id": "made", "board": "a board", "source": "made by hand", "published": False}
    return Results(**{**usual, **fields}, points=points)
