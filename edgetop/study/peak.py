"""The peak of the board that a session was recorded on, measured here once and kept."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from edgetop import locations
from edgetop.errors import UsageError
from edgetop.export.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edgetop.results import Point, Results

_PATIENCE_S = 180.0
_PRECISION = "fp32"
_AT_ONCE = 3
_ATTEMPTS = 10
"""After so many a higher peak is no longer hoped for."""

_Peak: TypeAlias = "dict[str, Any]"
"""The answer of `edgetop.engine.peak`, with ``board`` and ``attempts``."""


def with_known_peak(results: Results) -> Results:
    """The results with the peak of their board, if it was ever measured."""
    if results.published or results.peak_tmacs is not None:
        return results
    kept = [_kept(results.board, *ran_on) for ran_on in _ran_on(results)]
    return _with_highest(results, [peak for peak in kept if peak])


def with_measured_peak(results: Results, tell: Callable[[str], None]) -> Results:
    """The results with the peak of their board, measured now if that was never done.

    Only the board that they were recorded on can be measured, and only what ran at fp32 has a
    peak. It takes a few seconds; if it fails, the reason is told and the peak stays unknown.

    Args:
        results: Of any board.
        tell: Gets a line for people before and after what goes wrong.
    """
    if results.board != _this_board():
        return with_known_peak(results)
    if results.published or results.peak_tmacs is not None:
        return results
    found = []
    for provider, threads, runtime in _ran_on(results):
        kept = _kept(results.board, provider, threads, runtime)
        try:
            found.append(_measured(kept, results, provider, threads, tell))
        except UsageError as error:
            tell(error.message)
            found += [kept] if kept else []
    return _with_highest(results, found)


def _measured(
    kept: _Peak | None, results: Results, provider: str, threads: int, tell: Callable[[str], None]
) -> _Peak:
    """What is kept; measured if nothing is, and again while points of the results pass it.

    A network that was faster than the peak shows that the peak was measured on a busy board.
    """
    at_fp32 = [point for point in results.points if _is_of(point, provider)]
    fastest = max(map(_tmacs, at_fp32))
    for _ in range(_AT_ONCE):
        if kept and (kept["tmacs"] >= fastest or kept["attempts"] >= _ATTEMPTS):
            return kept
        again = "again, a network was faster" if kept else "once"
        tell(f"measuring the peak of this board with {provider}, {threads} threads; {again}")
        found = {"attempts": 1} | _measure(provider, threads) | {"board": results.board}
        if kept:
            attempts = kept["attempts"] + 1
            found = max(kept, found, key=_rate) | {"attempts": attempts}
        _keep(found)
        kept = found
    assert kept is not None
    return kept


def _is_of(point: Point, provider: str) -> bool:
    at = point.conditions
    return at.provider == provider and at.precision in ("", _PRECISION)


def _tmacs(point: Point) -> float:
    """10^12 multiply-adds a second; 0 where they are not known."""
    if not point.model.gmacs or not point.ms_per_image:
        return 0.0
    return point.model.gmacs / point.ms_per_image


def _rate(peak: _Peak) -> float:
    return float(peak["tmacs"])


def _with_highest(results: Results, found: Sequence[_Peak]) -> Results:
    """The results with the highest of the peaks: it bounds all points."""
    if not found:
        return results
    highest = max(found, key=_rate)
    return replace(
        results,
        peak_tmacs=highest["tmacs"],
        peak_precision=highest["precision"],
        peak_source=_words(highest),
    )


def _words(peak: _Peak) -> str:
    size, runs = peak["size"], len(peak["rates"])
    return (
        f"measured on this board: matrix products of {size} x {size}, {peak['runtime']}, "
        f"{peak['provider']} {peak['threads']} threads, best of {runs} runs"
        + (f" in the best of {peak['attempts']} attempts" if peak["attempts"] > 1 else "")
    )


def _ran_on(results: Results) -> Iterator[tuple[str, int, str]]:
    """Each provider of the fp32 points, with the most threads it had, and the runtime."""
    most: dict[str, tuple[int, str]] = {}
    for point in results.points:
        at = point.conditions
        if at.threads and at.provider and _is_of(point, at.provider):
            most[at.provider] = max(most.get(at.provider, (0, "")), (at.threads, at.runtime))
    for provider, (threads, runtime) in most.items():
        yield provider, threads, runtime


def _this_board() -> str:
    from edgetop.sensors.files import Sysroot
    from edgetop.sensors.identity import board_name

    return board_name(Sysroot(Path("/")))


def _measure(provider: str, threads: int) -> _Peak:
    request = json.dumps({"provider": provider, "threads": threads})
    try:
        done = subprocess.run(
            [sys.executable, "-m", "edgetop.engine.peak", request],
            check=False, capture_output=True, text=True, timeout=_PATIENCE_S,
            cwd=locations.PACKAGE_ROOT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise UsageError(f"the peak is unknown: it took longer than {_PATIENCE_S:g} s") from None
    found = _parsed(done.stdout)
    if done.returncode or found is None:
        said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise UsageError(f"the peak is unknown: {said[-1].removeprefix('edgetop: ')}")
    return found


def _folder() -> Path:
    return locations.cache_dir() / "peaks"


def _keep(peak: _Peak) -> None:
    key = "\0".join(str(peak[name]) for name in ("board", "provider", "threads", "runtime"))
    digest = hashlib.sha256(f"{key}\0{peak['precision']}".encode()).hexdigest()[:20]
    try:
        _folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write into {_folder()}: {error.strerror}") from error
    write_atomically(_folder() / f"{digest}.json", [json.dumps(peak, indent=1)])


def _kept(board: str, provider: str, threads: int, runtime: str) -> _Peak | None:
    """What was measured before, with this runtime if there is a choice."""
    if not _folder().is_dir():
        return None
    found = [
        peak
        for path in sorted(_folder().glob("*.json"))
        if (peak := _parsed(path.read_text(encoding="utf-8", errors="replace")))
        and (peak.get("board"), peak["provider"], peak["threads"]) == (board, provider, threads)
    ]
    return max(found, key=lambda peak: bool(peak["runtime"] == runtime), default=None)


def _parsed(text: str) -> _Peak | None:
    """A peak as JSON; None for anything else, such as a file that lost its end."""
    try:
        found = json.loads(text)
        rate, runs = float(found["tmacs"]), len(found["rates"])
        whole = {"size", "provider", "threads", "runtime", "precision"} <= found.keys()
        found["attempts"] = int(found.get("attempts", 1))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return found if whole and runs and math.isfinite(rate) and rate > 0 else None
