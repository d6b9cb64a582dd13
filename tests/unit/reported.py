"""Results for the tests of reports: a board of one's own, a published one, one with odd names."""

from __future__ import annotations

from edgetop.results import Conditions, Model, Point, Results

HOSTILE = (
    "</script><script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"
    '<a href="https://example.org/x">a</a> "q" & $x$ %{y} <b>|`*'
)
"""What a model may be called: markup, templates of plotly.js, Markdown."""

CPU = Conditions("onnxruntime 1.32.0", "cpu", 2, "fp32", "governor ondemand")
CUDA = Conditions("PyTorch", "cuda")

SMALL = Model("small", "Small", "Tiny", 224, 1.2, 0.35, 58.2, "a table")
MIDDLE = Model("middle", "Middle", "Tiny", 224, 25.6, 4.1, 76.1, "a table")
LARGE = Model("large", "Large", "Tiny", 224, 138.4, 15.5, 71.6, "another table")
UNRATED = Model("unrated", "Unrated", "Tiny", 224, 2.0, 0.5)


def point(
    model: Model, batch: int, ms: float, conditions: Conditions = CPU, **more: object
) -> Point:
    """A point that ran."""
    return Point(model, batch, conditions, ms_per_image=ms, fps=1000 / ms, **more)  # type: ignore[arg-type]


def own() -> Results:
    """A recorded session with memory and power."""
    measured = {
        "memory_scope": "process RSS",
        "power_scope": "module",
        "state": "steady",
    }
    points = [
        point(
            model,
            batch,
            ms / batch**0.2,
            ms_low=0.9 * ms / batch**0.2,
            ms_high=1.1 * ms / batch**0.2,
            memory_mib=memory + 10 * batch,
            power_w=5.0 + batch / 10,
            j_per_image=ms / 200,
            **measured,
        )
        for model, ms, memory in (
            (SMALL, 4.0, 60), (MIDDLE, 30.0, 160), (LARGE, 90.0, 600), (UNRATED, 6.0, 65),
        )
        for batch in (1, 2, 4)
    ]  # fmt: skip
    points.append(Point(LARGE, 8, CPU, error="killed: out of memory at 2000 MiB"))
    return Results(
        "20260101-000000-abcd", "My board", "measured by edgetop", tuple(points), published=False,
        conditions="median of all inferences",
    )  # fmt: skip


def published() -> Results:
    """A published board without memory and power, with an erratum."""
    points = [
        point(model, batch, ms / batch**0.5, CUDA)
        for model, ms in ((SMALL, 1.0), (MIDDLE, 5.0), (LARGE, 9.0))
        for batch in (1, 4, 16)
    ]
    return Results(
        "paper/card", "Big card", "A paper, 2018", tuple(points), published=True,
        conditions="mean of 10", peak_tmacs=6.0, peak_source="the paper",
        notes=("Two rows look exchanged; kept as printed.",),
    )  # fmt: skip


def hostile() -> Results:
    """A session in which every text tries to be something else."""
    model = Model(HOSTILE, "", HOSTILE, 224, 3.0, 1.0, 70.0, HOSTILE)
    conditions = Conditions(HOSTILE, HOSTILE, None, HOSTILE, HOSTILE)
    points = [
        point(
            model, batch, 5.0, conditions,
            note=HOSTILE, memory_mib=100.0, memory_scope=HOSTILE, power_w=1.0, power_scope=HOSTILE,
        )
        for batch in (1, 2)
    ]  # fmt: skip
    points.append(Point(model, 4, conditions, error=HOSTILE))
    return Results(
        "20260101-000000-dcba", HOSTILE, HOSTILE, tuple(points), published=False,
        conditions=HOSTILE, notes=(HOSTILE,),
    )  # fmt: skip


def many(points: int = 3000) -> list[Results]:
    """Boards of a hundred models at ten batches, until there are so many points."""
    models = [
        Model(
            f"network-of-some-size-{n}", f"N {n}", "F", 224, 1.0 + n, 0.1 + n / 7, 50 + n / 4, "t"
        )
        for n in range(100)
    ]
    return [
        Results(
            f"paper/board-{board}", f"Board {board}", "A paper",
            tuple(
                point(model, 2**k, (1.0 + n / 3) * (1 + board) / 1.3**k, CUDA, memory_mib=100.0 + n)
                for n, model in enumerate(models)
                for k in range(10)
            ),
            published=True,
        )
        for board in range(points // 1000)
    ]  # fmt: skip
