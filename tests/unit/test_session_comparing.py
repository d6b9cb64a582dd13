"""Two sessions side by side: like with like, and no difference that chance explains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import recorded_sessions as recorded

from edgetop.sample import Run, Sample, Trial
from edgetop.session.comparing import compare
from edgetop.session.store import reading

if TYPE_CHECKING:
    from pathlib import Path

RUN = recorded.stories.RUN


def told(run: Run, fps: float, seed: int, ticks: int = 120, start: int = 0) -> list[Sample]:
    """A minute of a run at some speed, with noise."""
    noise = np.random.default_rng(seed)
    samples = []
    for tick in range(ticks):
        sample = recorded.stories.sample(start + tick, run=run)
        window = replace(sample.window, fps=fps * (1 + float(noise.normal(0, 0.01))))
        samples.append(replace(sample, window=window))
    return samples


def session(tmp_path: Path, name: str, samples: list[Sample]) -> reading.Recorded:
    path = tmp_path / f"{name}.db"
    recorded.write(path, samples, each=1000)
    return reading.open_session(path, None)


def test_a_difference_beyond_the_noise_is_told(tmp_path: Path) -> None:
    a = session(tmp_path, "a", told(RUN, 200.0, 1))
    b = session(tmp_path, "b", told(RUN, 150.0, 2))
    (item,) = compare(a, b)
    throughput = item.figures[0]
    assert throughput.name == "throughput"
    assert throughput.ratio is not None
    assert throughput.ratio.value == pytest.approx(0.75, rel=0.02)
    assert throughput.ratio.distinguishable
    assert item.notes == ()


def test_the_same_again_is_not_distinguishable(tmp_path: Path) -> None:
    a = session(tmp_path, "a", told(RUN, 200.0, 1))
    b = session(tmp_path, "b", told(RUN, 200.0, 2))
    ratio = compare(a, b)[0].figures[0].ratio
    assert ratio is not None
    assert not ratio.distinguishable


def test_like_is_compared_with_like(tmp_path: Path) -> None:
    """One thread is slower and is no part of what two threads do."""
    slow = replace(RUN, number=2, threads=1)
    mixed = [*told(RUN, 200.0, 1), *told(slow, 50.0, 2, start=120)]
    a, b = session(tmp_path, "a", mixed), session(tmp_path, "b", told(RUN, 200.0, 3))
    (item,) = compare(a, b)
    assert item.figures[0].a == pytest.approx(200, rel=0.01)
    assert item.notes == ("A ran 1 other setting",)


def test_settings_that_differ_are_said(tmp_path: Path) -> None:
    a = session(tmp_path, "a", told(RUN, 200.0, 1))
    b = session(tmp_path, "b", told(replace(RUN, threads=1), 100.0, 2))
    (item,) = compare(a, b)
    assert "the settings differ" in item.notes
    assert item.settings_a != item.settings_b


def test_variants_of_one_model_are_compared_and_their_precision_is_said(tmp_path: Path) -> None:
    """The precision in the title of a variant is a setting, not another model."""
    int8 = replace(RUN, model=f"{RUN.model} int8", precision="int8")
    a = session(tmp_path, "a", told(RUN, 200.0, 1))
    b = session(tmp_path, "b", told(int8, 400.0, 2))
    (item,) = compare(a, b)
    assert item.model == RUN.model
    assert item.settings_a.startswith(RUN.precision)
    assert item.settings_b.startswith("int8")
    assert "the settings differ" in item.notes


def test_a_trial_is_no_part_of_it(tmp_path: Path) -> None:
    trial = Trial("a", "b", "A", runs=(2, 3))
    inside = replace(RUN, number=2)
    disturbed = [replace(sample, trial=trial) for sample in told(inside, 20.0, 2, start=120)]
    a = session(tmp_path, "a", [*told(RUN, 200.0, 1), *disturbed])
    (item,) = compare(a, a)
    assert item.figures[0].a == pytest.approx(200, rel=0.01)


def test_nothing_in_common_is_nothing_to_compare(tmp_path: Path) -> None:
    a = session(tmp_path, "a", told(RUN, 200.0, 1))
    b = session(tmp_path, "b", told(replace(RUN, batch=4), 200.0, 1))
    assert compare(a, b) == []


def test_power_of_another_scope_has_no_ratio_and_a_reason(tmp_path: Path) -> None:
    samples = told(RUN, 200.0, 1)
    other = [
        replace(s, board=replace(s.board, power=replace(s.board.power, scope="package")))
        for s in samples
    ]
    (item,) = compare(session(tmp_path, "a", samples), session(tmp_path, "b", other))
    power = next(figure for figure in item.figures if figure.name == "power")
    assert power.a is not None
    assert power.ratio is None
    assert "B package" in power.reason
    temperature = item.figures[-1]
    assert temperature.ratio is None
    assert temperature.reason == "degrees have no ratio"
