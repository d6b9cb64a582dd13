"""The peak of a board: products of matrices through the backend, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import onnx
import pytest

from edgetop.engine import peak
from edgetop.zoo import counting


def run(request: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgetop.engine.peak", request]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_this_machine_has_a_peak() -> None:
    done = run('{"provider": "cpu", "threads": 1}')
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["tmacs"] == max(found["rates"])
    assert len(found["rates"]) >= 5
    assert 1e-4 < found["tmacs"] < 100  # from a microcontroller to a rack
    assert (found["provider"], found["threads"], found["precision"]) == ("cpu", 1, "fp32")
    assert found["runtime"].startswith("onnxruntime ")


def test_a_provider_that_is_not_there_is_one_line() -> None:
    done = run('{"provider": "qnn", "threads": 1}')
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("edgetop: provider qnn is not in this onnxruntime")
    assert done.stderr.count("\n") == 1


def test_the_products_are_as_many_multiply_adds_as_are_counted() -> None:
    graph = onnx.load_from_string(peak._graph(64))
    onnx.checker.check_model(graph)
    assert counting.count(graph).macs == peak._PRODUCTS * 64**3


def test_the_products_neither_grow_nor_vanish() -> None:
    values = peak._values(256, seed=1)
    product = peak._values(256, seed=0)
    for _ in range(peak._PRODUCTS):
        product = product @ values
    assert product.std() == pytest.approx(1 / 16, rel=0.1)


def test_the_matrices_grow_until_a_chain_takes_long_enough(monkeypatch) -> None:
    """Ten times the work of a size takes ten times as long on this clock."""
    now = [0.0]

    def chain(_backend, size, _provider, _threads):
        def work() -> None:
            now[0] += 8 * size**3 / 1e12  # 1 TMAC/s

        return work

    monkeypatch.setattr(peak, "_chain", chain)
    monkeypatch.setattr(peak.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(peak.time, "monotonic", lambda: now[0])
    found = peak.measure("cpu", 1)
    assert found["size"] == 2048  # 1024 takes 9 ms
    assert found["tmacs"] == pytest.approx(1.0)
    assert len(found["rates"]) == pytest.approx(3.0 / 0.0687, abs=1)
