"""The peak of a session's board: measured on that board only, once, and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from made_results import point, results

from edgetop import locations, reference
from edgetop.errors import UsageError
from edgetop.results import Conditions, Results
from edgetop.study import peak

if TYPE_CHECKING:
    from pathlib import Path

RUNTIME = "onnxruntime 1.32.0"


def on(provider: str, threads: int | None, precision: str = "fp32") -> Conditions:
    return Conditions(RUNTIME, provider, threads, precision)


def session(*conditions: Conditions, ms: float = 100.0, **fields: Any) -> Results:
    """A network of 1 GMAC: 100 ms are 0.01 TMAC/s."""
    points = (point("a", ms, conditions=at) for at in conditions or (on("cpu", 2),))
    return results(*points, **{"board": "this board", **fields})


class Machine:
    """Stands in for the process that measures."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.told: list[str] = []
        self.failure = ""
        self.runtime = RUNTIME
        self.busy = 0
        """So many times it reaches a tenth of its peak only."""

    def measure(self, provider: str, threads: int) -> dict[str, Any]:
        self.asked.append((provider, threads))
        if self.failure:
            raise UsageError(self.failure)
        share = 0.1 if len(self.asked) <= self.busy else 1.0
        rates = [0.01 * threads * share, 0.02 * threads * share]
        return {
            "tmacs": rates[1], "rates": rates, "size": 1024, "products": 8, "provider": provider,
            "threads": threads, "runtime": self.runtime, "precision": "fp32", "attempts": 1,
        }  # fmt: skip

    def of(self, made: Results) -> Results:
        return peak.with_measured_peak(made, self.told.append)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(peak, "_this_board", lambda: "this board")
    monkeypatch.setattr(peak, "_measure", made.measure)
    return made


def test_it_is_measured_once_and_says_how(machine: Machine) -> None:
    made = session()
    assert peak.with_known_peak(made) is made
    for _ in range(2):
        found = machine.of(made)
        assert (found.peak_tmacs, found.peak_precision) == (0.04, "fp32")
        assert found.peak_source == (
            "measured on this board: matrix products of 1024 x 1024, onnxruntime 1.32.0, "
            "cpu 2 threads, best of 2 runs"
        )
    assert peak.with_known_peak(made) == found
    assert machine.asked == [("cpu", 2)]
    assert len(machine.told) == 1


def test_a_peak_that_a_network_passed_is_measured_again(machine: Machine) -> None:
    """0.004 TMAC/s were measured on a busy board, the network reached 0.01."""
    machine.busy = 2
    found = machine.of(session())
    assert found.peak_tmacs == 0.04
    assert found.peak_source.endswith("best of 2 runs in the best of 3 attempts")
    assert (
        machine.told[1:]
        == ["measuring the peak of this board with cpu, 2 threads; again, a network was faster"] * 2
    )
    assert machine.of(session()) == found
    assert len(machine.asked) == 3


def test_a_lower_attempt_does_not_replace_a_higher_one(machine: Machine) -> None:
    machine.of(session())
    machine.busy = 99
    found = machine.of(session(ms=10.0))  # 0.1 TMAC/s
    assert found.peak_tmacs == 0.04
    assert len(machine.asked) == 4


def test_it_is_not_measured_for_ever(machine: Machine) -> None:
    for _ in range(10):
        machine.of(session(ms=10.0))
    assert len(machine.asked) == 10


def test_other_threads_and_providers_have_peaks_of_their_own(machine: Machine) -> None:
    machine.of(session(on("cpu", 2)))
    assert peak.with_known_peak(session(on("cpu", 1))).peak_tmacs is None
    assert peak.with_known_peak(session(on("cuda", 2))).peak_tmacs is None
    both = machine.of(session(on("cpu", 1), on("cpu", 2), on("cuda", 4)))
    assert both.peak_tmacs == 0.08  # it bounds all points
    assert machine.asked == [("cpu", 2), ("cuda", 4)]


def test_a_session_of_another_board_is_not_measured_here(machine: Machine) -> None:
    other = session(board="another board")
    assert machine.of(other) is other
    assert machine.asked == []


def test_a_published_board_keeps_its_peak(machine: Machine) -> None:
    board = reference.load("bianco/jetson-tx1")
    assert peak.with_known_peak(board) is board
    stated = session(peak_tmacs=1.0)
    assert machine.of(stated) is stated


@pytest.mark.parametrize("at", [on("cpu", 2, "int8"), on("", 2), on("cpu", None)])
def test_what_did_not_run_at_fp32_on_something_known_has_no_peak(
    machine: Machine, at: Conditions
) -> None:
    assert machine.of(session(at)).peak_tmacs is None
    assert machine.asked == []


def test_a_failure_is_told_and_nothing_is_kept(machine: Machine) -> None:
    machine.failure = "the peak is unknown: no memory"
    assert machine.of(session()).peak_tmacs is None
    assert machine.told[-1] == machine.failure
    machine.failure = ""
    assert machine.of(session()).peak_tmacs == 0.04


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"tmacs": NaN, "rates": [1]}', "\x00"])
def test_a_damaged_file_is_measured_again(machine: Machine, text: str) -> None:
    machine.of(session())
    (path,) = (locations.cache_dir() / "peaks").iterdir()
    path.write_text(text, encoding="utf-8")
    assert peak.with_known_peak(session()).peak_tmacs is None
    assert machine.of(session()).peak_tmacs == 0.04
    assert len(machine.asked) == 2


def test_a_folder_that_cannot_be_written_is_told(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert machine.of(session()).peak_tmacs is None
    assert machine.told[-1].startswith("cannot write into ")


def test_the_peak_of_the_same_runtime_comes_first(machine: Machine) -> None:
    machine.runtime = "onnxruntime 1.20.0"
    older = machine.of(session())
    assert "onnxruntime 1.20.0" in older.peak_source  # an older one is better than none
    peak._keep(Machine().measure("cpu", 2) | {"board": "this board"})
    assert RUNTIME in peak.with_known_peak(session()).peak_source
    assert len(machine.asked) == 1


def test_the_process_that_measures_is_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="the peak is unknown: provider qnn is not in this"):
        peak._measure("qnn", 1)
    monkeypatch.setattr(peak, "_PATIENCE_S", 0.01)
    with pytest.raises(UsageError, match=r"longer than 0\.01 s"):
        peak._measure("cpu", 1)
