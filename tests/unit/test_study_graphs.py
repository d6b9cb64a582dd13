"""Which network a run was of: built in, or recognised by operations and parameters."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import recorded_sessions as recorded
import tiny_models

from edgetop.results import Model
from edgetop.sample import Run, Tensor
from edgetop.session.store import reading
from edgetop.study import graphs
from edgetop.study.recorded import results_of
from edgetop.zoo import catalogue, inspected

if TYPE_CHECKING:
    from pathlib import Path

stories = recorded.stories
BUILT_IN = stories.RUN


def file_run(path: Path, **changes: object) -> Run:
    """A run of a file of the user's."""
    return replace(BUILT_IN, model=path.stem, model_path=str(path), label="", inputs=(), **changes)  # type: ignore[arg-type]


def test_a_built_in_model_is_what_it_was_built_from() -> None:
    graph = graphs.built_in(BUILT_IN)
    assert graph is not None
    assert graph.model is not None
    assert (graph.model.canonical_name, graph.model.gmacs) == ("SqueezeNet 1.1", 0.3492)


def test_a_variant_of_a_built_in_model_has_its_graph() -> None:
    run = replace(BUILT_IN, model="squeezenet_v1.1 int8", label=f"{BUILT_IN.label}; int8 made")
    graph = graphs.built_in(run)
    assert graph is not None
    assert graph.model is not None
    assert graph.model.canonical_name == "SqueezeNet 1.1"


def test_at_another_input_size_its_operations_are_not_those_of_the_catalogue() -> None:
    run = replace(BUILT_IN, inputs=(Tensor("data", "float32", (1, 3, 320, 320)),))
    graph = graphs.built_in(run)
    assert graph is not None
    assert graph.model is None
    assert "ran at 320x320 pixels" in graph.words


def test_a_file_is_not_taken_for_a_built_in_model_by_its_name(tmp_path: Path) -> None:
    """`squeezenet_v1.1.onnx` may hold anything."""
    path = tiny_models.relu(tmp_path / "squeezenet_v1.1.onnx")
    assert graphs.built_in(file_run(path)) is None
    graph = graphs.of_file(file_run(path))
    assert graph.model is None or not graph.model.canonical_name


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("squeezenet_v1.1", "SqueezeNet 1.1"),
        ("squeezenet_v1.1_dynbatch", "SqueezeNet 1.1"),
        ("squeezenet_v1.1_fp16", "SqueezeNet 1.1"),
        ("light_squeezenet", "SqueezeNet 1.1"),
        ("light_resnet50", "ResNet-50 v1"),
        ("mnist-8", ""),
        ("ultraface_rfb_320", ""),
    ],
)
def test_files_are_recognised_by_what_their_graph_costs(
    shared: Path, name: str, canonical: str
) -> None:
    graph = graphs.of_file(file_run(shared / "models" / f"{name}.onnx"))
    assert graph.model is not None
    assert graph.model.canonical_name == canonical
    said = "the same graph as" if canonical else "no network of the catalogue"
    assert graph.words.startswith(said)


def test_operations_are_for_one_image_whatever_the_batch(shared: Path) -> None:
    path = shared / "models" / "squeezenet_v1.1_dynbatch.onnx"
    graph = graphs.of_file(file_run(path, batch=8))
    assert graph.model is not None
    assert graph.model.gmacs == pytest.approx(0.3492, abs=1e-4)


@pytest.mark.parametrize("off", [0.0049, -0.0049])
def test_half_a_per_cent_is_the_limit_of_both_counts(off: float) -> None:
    known = catalogue.find("squeezenet")
    assert known is not None
    within = graphs.candidates(known.params_m * (1 + off), known.gmacs)
    assert within[0] is known
    for params, gmacs in ((1 + 1.1 * off, 1.0), (1.0, 1 + 1.1 * off)):
        assert known not in graphs.candidates(known.params_m * params, known.gmacs * gmacs)


@pytest.mark.parametrize("architecture", catalogue.ARCHITECTURES, ids=lambda item: item.name)
def test_every_network_of_the_catalogue_is_recognised_as_itself(
    architecture: catalogue.Architecture,
) -> None:
    """Of those with the same counts to the last digit the file's name decides."""
    found = graphs.candidates(architecture.params_m, architecture.gmacs)
    assert architecture in found
    facts = {"macs": architecture.gmacs * 1e9, "params": architecture.params_m * 1e6}
    graph = graphs.recognised(architecture.name, facts, 1)
    assert graph.model is not None
    assert graph.model.canonical_name == architecture.canonical_name


def test_others_within_the_tolerance_are_named() -> None:
    """With folded batch normalisation a ResNet-50 v1 counts between v1 and v2."""
    facts = {"macs": 4.0892e9, "params": 25.53e6}
    graph = graphs.recognised("model", facts, 1)
    assert "(within 0.5% also ResNet-50 v1)" in graph.words
    named = graphs.recognised("resnet50", facts, 1)
    assert named.model is not None
    assert named.model.canonical_name == "ResNet-50 v1"
    assert "within" not in named.words


def test_a_name_alone_makes_no_network_of_a_file() -> None:
    graph = graphs.recognised("resnet50", {"macs": 1e9, "params": 25.557e6}, 1)
    assert graph.model is not None
    assert graph.model.canonical_name == ""


def test_what_cannot_be_counted_is_unknown() -> None:
    graph = graphs.recognised("resnet50", {"macs": None, "params": 25_557_032}, 1)
    assert graph.model is None
    assert "could be counted" in graph.words


def test_a_file_that_is_gone_is_unknown(tmp_path: Path) -> None:
    graph = graphs.of_file(file_run(tmp_path / "gone.onnx"))
    assert graph.model is None
    assert "no more where it was" in graph.words


def test_a_file_that_is_damaged_says_so_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.onnx"
    path.write_bytes(b"\x0a\xff\xff\xff\xff\x7f")
    graph = graphs.of_file(file_run(path))
    assert graph.model is None
    assert "damaged" in graph.words
    assert "\n" not in graph.words


def test_a_file_that_has_changed_since_is_unknown(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes((shared / "models" / "light_squeezenet.onnx").read_bytes())
    graph = graphs.of_file(file_run(path), sha256="0" * 64)
    assert graph.model is None
    assert "has changed since" in graph.words
    sha256 = subprocess.run(["sha256sum", path], capture_output=True, text=True).stdout.split()[0]
    same = graphs.of_file(file_run(path), sha256=sha256)
    assert same.model is not None
    assert same.model.canonical_name == "SqueezeNet 1.1"


def test_the_inspection_can_give_way_to_everybody_else(shared: Path) -> None:
    """A model is being measured meanwhile: it must not lose its processor to this."""
    policies: list[str] = []
    scores: list[str] = []

    def started(process: subprocess.Popen[str]) -> None:
        told.append(process)

    told: list[subprocess.Popen[str]] = []
    spec = graphs.RunSpec(str(shared / "models" / "light_squeezenet.onnx"), "m")
    step_back = inspected._step_back

    def spied(pid: int) -> None:
        step_back(pid)
        scores.append((inspected.Path("/proc") / str(pid) / "oom_score_adj").read_text().strip())
        policies.append((inspected.Path("/proc") / str(pid) / "stat").read_text().split()[40])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspected, "_step_back", spied)
        facts = inspected.facts(spec, idle=True, started=started)
    assert facts["params"] == 1_235_496
    assert policies == ["5"]  # SCHED_IDLE
    assert scores == ["1000"]
    assert len(told) == 1


def of_session(tmp_path: Path, *runs: Run) -> tuple[list[str], dict[str, str]]:
    """Canonical names of the points of a session of such runs, and how they are known."""
    samples = [stories.sample(tick, run=runs[tick // 4]) for tick in range(4 * len(runs))]
    database = tmp_path / "sessions.db"
    recorded.write(database, samples, each=1000)
    session = reading.open_session(database, None)
    results, words = graphs.identified(results_of(session), session)
    session.close()
    return [point.model.canonical_name for point in results.points], words


def test_a_session_learns_what_its_files_are(shared: Path, tmp_path: Path) -> None:
    mine = replace(file_run(shared / "models" / "light_squeezenet.onnx"), number=2)
    gone = replace(file_run(tmp_path / "gone.onnx"), number=3)
    names, words = of_session(tmp_path, BUILT_IN, mine, gone)
    assert names == ["SqueezeNet 1.1", "SqueezeNet 1.1", ""]
    assert "the same graph as SqueezeNet 1.1" in words["light_squeezenet"]
    assert "no more where it was" in words["gone"]
    assert "squeezenet_v1.1" not in words


def test_two_files_of_one_name_are_not_told_apart(shared: Path, tmp_path: Path) -> None:
    first = file_run(shared / "models" / "light_squeezenet.onnx")
    second = replace(first, number=2, model_path=str(tmp_path / "light_squeezenet.onnx"))
    names, words = of_session(tmp_path, first, second)
    assert names == ["", ""]
    assert "several files of this name" in words["light_squeezenet"]


def test_what_the_session_knows_of_a_model_stays(tmp_path: Path) -> None:
    """A sweep has looked into the file when it was there."""
    gone = file_run(tmp_path / "gone.onnx")
    recorded.write(tmp_path / "sessions.db", [stories.sample(t, run=gone) for t in range(4)])
    session = reading.open_session(tmp_path / "sessions.db", None)
    found = results_of(session)
    known = Model("gone", "SqueezeNet 1.1", params_m=1.2355, gmacs=0.3492)
    points = tuple(replace(point, model=known) for point in found.points)
    results, words = graphs.identified(replace(found, points=points), session)
    session.close()
    assert [point.model for point in results.points] == [known]
    assert words == {}
