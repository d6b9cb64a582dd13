"""Layers make the ONNX nodes that they name."""

from __future__ import annotations

import io

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from edgetop.zoo.graph import Graph, Weight
from edgetop.zoo.layers import Feature, concat, image_of, outputs_of


def image(px: int) -> Feature:
    return image_of(Graph("tiny"), px)


def finished(
    *outputs: Feature, px: int = 16, weights: bool = True, **named: Feature
) -> onnx.ModelProto:
    features = named or outputs[0]
    graph = next(iter(named.values()), *outputs).graph
    return graph.model((3, px, px), outputs_of(features), {"key": "value"}, weights=weights)


def scores(image: Feature) -> Feature:
    x = image.conv("conv1", 8, 3, stride=2, pad=1).relu().max_pool(3, 2, ceil=True)
    x = concat("both", x.conv("left", 4, 1), x.conv("right", 6, 3, pad=1))
    return x.global_average_pool().flatten()


def test_a_chain_of_layers_is_a_valid_model_with_symbolic_batch() -> None:
    model = finished(scores(image(16)))
    onnx.checker.check_model(model, full_check=True)
    assert (model.graph.input[0].name, model.graph.output[0].name) == ("data", "logits")
    assert [dim.dim_param or dim.dim_value for dim in _dims(model.graph.input[0])] == [
        "batch",
        3,
        16,
        16,
    ]
    assert [dim.dim_param or dim.dim_value for dim in _dims(model.graph.output[0])] == ["batch", 10]


def test_the_model_asks_for_no_more_than_onnxruntime_1_18_knows() -> None:
    model = finished(scores(image(16)))
    assert model.ir_version <= 10
    assert [(item.domain, item.version) for item in model.opset_import] == [("", 17)]


def test_metadata_is_kept() -> None:
    model = finished(scores(image(16)))
    assert [(item.key, item.value) for item in model.metadata_props] == [("key", "value")]


@pytest.mark.parametrize(
    ("px", "pooling"),
    [
        (8, {"kernel": 3, "stride": 2}),
        (8, {"kernel": 3, "stride": 2, "ceil": True}),  # 3.5 windows
        (112, {"kernel": 3, "stride": 2, "pad": 1, "ceil": True}),
        (7, {"kernel": 1, "stride": 2, "ceil": True}),
        (7, {"kernel": 2, "stride": 2, "pad": 1, "ceil": True}),  # the last would see no image
    ],
)
@pytest.mark.parametrize("kind", ["max_pool", "average_pool"])
def test_a_pooled_size_is_what_the_runtime_makes_of_it(
    px: int, pooling: dict[str, int], kind: str
) -> None:
    pooled = getattr(image(px), kind)(**pooling)
    assert pooled.shape == run(finished(pooled, px=px), px).shape[1:]


def test_every_layer_has_the_shape_that_it_says() -> None:
    x = image(12).conv_norm("a", 8, (1, 3), pad=(0, 1)).relu6().conv("b", 12, 3, pad=1, groups=4)
    x = x.swish().shuffle(3).local_response_norm().scale(0.5)
    x = concat("c", x.channel_slice(2, 6), x.pad(1, 0).crop(1)).softmax()
    rows = x.rows(4)
    assert rows.shape == (12 * 12 * 16 // 4, 4)
    assert run(finished(rows, px=12), 12).shape == (1, *rows.shape)


def test_shuffling_interleaves_the_groups() -> None:
    x = image(2)
    doubled = concat("both", x, x.scale(10.0)).shuffle(2)
    result = run(finished(doubled, px=2), 2)
    values = picture(2)
    expected = np.stack([values[0, 0], 10 * values[0, 0], values[0, 1], 10 * values[0, 1],
                         values[0, 2], 10 * values[0, 2]])  # fmt: skip
    assert result[0] == pytest.approx(expected)


def test_rows_are_the_channels_of_one_point() -> None:
    result = run(finished(image(2).rows(3), px=2), 2)
    assert result[0] == pytest.approx(picture(2)[0].transpose(1, 2, 0).reshape(4, 3))


def test_a_padding_is_cut_off_again() -> None:
    assert run(finished(image(4).pad(2, 0).crop(2), px=4), 4) == pytest.approx(picture(4))


def test_normalisation_brings_values_to_the_order_of_one() -> None:
    x = image(16).conv("conv", 32, 3, pad=1).relu()
    for number in range(40):  # without it, each sum would double what is in it
        x = x.add(x.conv_norm(f"conv{number}", 32, 3, pad=1)).relu()
    assert 1 < run(finished(x, px=16), 16).std() < 40


def test_weights_may_be_used_twice() -> None:
    x = image(8).conv("one", 3, 1, bias=False)
    x = x.conv("two", 3, 1, bias=False, weights_of="one")
    model = finished(x, px=8)
    assert [item.name for item in model.graph.initializer] == ["one.weight"]
    onnx.checker.check_model(model, full_check=True)


def test_weights_are_normal_with_variance_two_over_fan_in_and_biases_are_zero() -> None:
    model = finished(image(8).conv("conv1", 4096, 3).global_average_pool().flatten(), px=8)
    stored = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    weight = stored["conv1.weight"]
    assert weight.dtype == np.float32
    assert weight.shape == (4096, 3, 3, 3)
    # 110592 draws: the standard error of the deviation is 0.2 %.
    assert weight.std() == pytest.approx((2 / 27) ** 0.5, rel=0.02)
    assert abs(weight.mean()) < 0.005
    assert not stored["conv1.bias"].any()


def test_a_weight_depends_on_its_name_alone() -> None:
    first, again, other = (Weight(name, (5, 5), 1.0).drawn() for name in ("a", "a", "b"))
    assert first.raw_data == again.raw_data
    assert first.raw_data != other.raw_data


def test_a_large_weight_is_drawn_in_pieces_as_it_would_be_at_once() -> None:
    pieces = list(Weight("large", (3, 1 << 20), 1.0).pieces())
    assert [len(piece) for piece in pieces] == [4 << 20] * 3
    assert b"".join(pieces)[: 4 * 64] == Weight("large", (64,), 1.0).drawn().raw_data


def test_a_model_without_weights_declares_them_all() -> None:
    output = scores(image(16))
    drawn = finished(output).graph.initializer
    declared = finished(output, weights=False).graph.initializer
    assert [(item.name, item.dims) for item in declared] == [
        (item.name, item.dims) for item in drawn
    ]
    assert not any(item.raw_data for item in declared)


def test_what_is_written_is_the_model() -> None:
    output = scores(image(16))
    file = io.BytesIO()
    output.graph.write(file, (3, 16, 16), outputs_of(output), {"key": "value"})
    assert onnx.load_from_string(file.getvalue()) == finished(output)


def test_a_model_may_have_several_outputs() -> None:
    x = image(8).conv("shared", 4, 1)
    model = finished(first=x.conv("a", 2, 1), second=x.conv("b", 3, 1).rows(3), px=8)
    onnx.checker.check_model(model, full_check=True)
    assert [item.name for item in model.graph.output] == ["first", "second"]


def test_two_tensors_of_one_name_are_refused() -> None:
    x = image(8).conv("conv1", 4, 1)
    with pytest.raises(ValueError, match="two tensors called conv1"):
        x.conv("conv1", 4, 1)


def test_layers_without_a_name_of_their_own_may_repeat() -> None:
    x = image(8)
    assert x.relu().name != x.relu().name


def test_only_a_last_layer_can_be_the_output() -> None:
    x = image(8).conv("conv1", 4, 1)
    x.relu()
    with pytest.raises(ValueError, match="not a last layer"):
        finished(x, px=8)


def picture(px: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(3).random((1, 3, px, px), np.float32)


def run(model: onnx.ModelProto, px: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    runtime = pytest.importorskip("onnxruntime")
    model.graph.output[0].type.tensor_type.ClearField("shape")
    session = runtime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"data": picture(px)})[0]  # type: ignore[no-any-return]


def _dims(value: onnx.ValueInfoProto) -> list[onnx.TensorShapeProto.Dimension]:
    return list(value.type.tensor_type.shape.dim)
