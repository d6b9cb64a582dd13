"""What `edgetop accuracy` gives to scripts: one JSON object, and a row per picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgetop.export.atomic import write_atomically
from edgetop.export.table import to_csv
from edgetop.stats.proportion import wilson
from edgetop.study import preprocess

if TYPE_CHECKING:
    from pathlib import Path

    from edgetop.study.accuracy import Result
    from edgetop.study.accuracy_images import Images

COLUMNS = ("image", "label", "class", "top5", "place", "reason")
"""``class`` is the label as the model counts; ``place`` is that of the right class, from 1."""


def record(result: Result, images: Images) -> dict[str, Any]:
    """The object of ``--json``; figures are None as long as no picture was answered."""
    ready = result.ready or {}
    plan = ready.get("plan")
    top1, top5 = result.correct(1), result.correct(5)
    return {
        "model": result.model,
        "n": result.n,
        "top1_correct": top1,
        "top5_correct": top5,
        "top1_pct": _percent(top1, result.n),
        "top5_pct": _percent(top5, result.n),
        "top1_interval_pct": _interval(top1, result.n),
        "top5_interval_pct": _interval(top5, result.n),
        "undecodable": [{"file": file, "reason": reason} for file, reason in result.undecodable],
        "unlabelled": list(images.unlabelled),
        "missing": list(images.missing),
        "preprocess": None if plan is None else _preprocess(plan),
        "provider": ready.get("provider"),
        "threads": ready.get("threads"),
        "runtime": ready.get("runtime"),
        "batch": None if plan is None else plan["batch"],
        "classes": ready.get("classes"),
        "output": ready.get("output"),
        "notes": result.notes,
        "images": result.wanted,
        "interrupted": result.interrupted,
    }


def _percent(hits: int, n: int) -> float | None:
    return round(100 * hits / n, 2) if n else None


def _interval(hits: int, n: int) -> list[float] | None:
    limits = wilson(hits, n)
    return None if limits is None else [round(100 * limit, 2) for limit in limits]


def _preprocess(plan: dict[str, Any]) -> dict[str, Any]:
    recipe = plan["recipe"]
    return {
        "words": preprocess.words(plan),
        "box_px": plan["box_px"],
        "crop_px": plan["crop_px"],
        "layout": plan["layout"],
        "dtype": plan["dtype"],
        **{
            key: recipe[key]
            for key in (
                "preset", "keep_aspect", "channels", "scale", "mean", "std", "interpolation",
            )
        },
    }  # fmt: skip


def write_per_image(path: Path, result: Result, images: Images) -> None:
    """Write a row per picture, in the order of the names.

    Raises:
        UsageError: The file cannot be written.
    """
    rows: dict[str, dict[str, Any]] = {
        file: {"image": file, "label": images.classes[file], "reason": reason}
        for file, reason in result.undecodable
    }
    for answer in result.answers:
        rows[answer.file] = {
            "image": answer.file,
            "label": answer.label,
            "class": answer.number,
            "top5": " ".join(map(str, answer.best)),
            "place": answer.place,
        }
    write_atomically(path, [to_csv([rows[name] for name in sorted(rows)], COLUMNS)])
