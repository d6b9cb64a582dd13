"""Every built-in network is the published one and runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest

from edgetop.zoo import families
from edgetop.zoo.build import assemble, build
from edgetop.zoo.catalogue import ARCHITECTURES, Architecture, find
from edgetop.zoo.counting import count, count_architecture

if TYPE_CHECKING:
    from collections.abc import Iterator

each_network = pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda item: item.name)


@pytest.fixture
def built(architecture: Architecture, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "model.onnx"
    build(architecture, path)
    yield path
    path.unlink()  # all together would fill a small disk


@each_network
def test_parameters_and_macs_are_the_published_ones(architecture: Architecture) -> None:
    counts = count_architecture(architecture)
    assert counts.macs is not None
    assert round(counts.parameters / 1e6, 4) == architecture.params_m
    assert round(counts.macs / 1e9, 4) == architecture.gmacs


@each_network
def test_a_batch_costs_as_many_times_one_image(architecture: Architecture) -> None:
    one, three = (count(assemble(architecture, weights=False), batch).macs for batch in (1, 3))
    assert one is not None
    assert three == 3 * one


@each_network
def test_the_file_is_valid_and_its_answers_are_finite(
    architecture: Architecture, built: Path
) -> None:
    runtime = pytest.importorskip("onnxruntime")
    onnx.checker.check_model(str(built), full_check=True)
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 2
    session = runtime.InferenceSession(str(built), options, providers=["CPUExecutionProvider"])
    size = (1, 3, architecture.input_px, architecture.input_px)
    results = session.run(None, {"data": np.random.default_rng(7).random(size, np.float32)})
    for declared, result in zip(session.get_outputs(), results, strict=True):
        assert declared.shape == ["batch", *result.shape[1:]]
        assert np.isfinite(result).all()
        assert 0.01 < np.abs(result).max() < 100  # so that half precision holds it, too
        assert result.std() > 0.001


@pytest.mark.parametrize(
    "name", ["squeezenet_v1.1", "mobilenet_v2", "densenet121", "nasnet_a_mobile"]
)
@pytest.mark.parametrize("batch", [1, 2])
def test_no_result_within_overflows_either(name: str, batch: int) -> None:
    """Activations without a limit, such as ReLU, would hide it from what comes behind."""
    runtime = pytest.importorskip("onnxruntime")
    architecture = find(name)
    assert architecture is not None
    model = assemble(architecture)
    names = sorted({name for node in model.graph.node for name in node.output} - {"logits"})
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = runtime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    image = np.random.default_rng(7).random((batch, 3, 224, 224), np.float32)
    results = session.run(None, {"data": image})
    assert results[0].shape == (batch, 1000)
    assert all(np.isfinite(result).all() for result in results)
    assert all(1e-4 < np.abs(result).max() < 1000 for result in results)


def test_every_network_of_a_family_is_in_the_catalogue() -> None:
    folder = Path(families.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert modules == {architecture.module for architecture in ARCHITECTURES}
    for module in modules:
        networks = __import__(f"edgetop.zoo.families.{module}", fromlist=["NETWORKS"]).NETWORKS
        assert set(networks) == {item.name for item in ARCHITECTURES if item.module == module}


def test_a_family_imports_nothing_of_edgetop_but_the_layers() -> None:
    """The name of a built file changes with the source of these two only."""
    for path in Path(families.__file__).parent.glob("[!_]*.py"):
        lines = path.read_text().splitlines()
        imports = [line.strip() for line in lines if "import" in line and "edgetop" in line]
        assert all(line.startswith("from edgetop.zoo.layers import") for line in imports), path


def test_the_caffe_variant_differs_in_its_operations_alone() -> None:
    published, caffe = find("resnet50"), find("resnet50_caffe")
    assert published is not None
    assert caffe is not None
    assert published.params_m == caffe.params_m
    assert caffe.gmacs < published.gmacs


def test_polynet_shares_the_weights_of_its_poly_3_modules() -> None:
    polynet = find("polynet")
    assert polynet is not None
    uses: dict[str, int] = {}
    for node in assemble(polynet, weights=False).graph.node:
        if node.op_type == "Conv":
            uses[node.input[1]] = uses.get(node.input[1], 0) + 1
    # 10 modules with 4 shared convolutions in stage B, 5 in stage C.
    assert sorted(uses.values(), reverse=True)[:61] == [3] * 60 + [1]
