"""Weights are read from the model's folder only, however a file says where they are."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
import tiny_models
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from edgetop.engine import onnx_file
from edgetop.engine.untrusted import examine
from edgetop.errors import ExitCode, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

OUTSIDE = "outside its own folder, where edgetop does not read"


def stored_at(
    location: str, *, offset: int | None = None, length: int | None = None
) -> TensorProto:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        if value is not None:
            tensor.external_data.add(key=key, value=str(value))
    return tensor


def graph_of(*nodes: onnx.NodeProto, **parts: list[onnx.TensorProto]) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "g", [], [], parts.get("initializer", []))


def in_initializer(tensor: TensorProto) -> onnx.ModelProto:
    return helper.make_model(graph_of(initializer=[tensor]))


def in_constant(tensor: TensorProto) -> onnx.ModelProto:
    return helper.make_model(graph_of(helper.make_node("Constant", [], ["w"], value=tensor)))


def in_list(tensor: TensorProto) -> onnx.ModelProto:
    node = helper.make_node("Custom", [], ["w"])
    node.attribute.add(name="many", type=onnx.AttributeProto.TENSORS).tensors.append(tensor)
    return helper.make_model(graph_of(node))


def in_subgraph(tensor: TensorProto) -> onnx.ModelProto:
    graph = graph_of(initializer=[tensor])
    for _ in range(30):
        graph = graph_of(helper.make_node("If", ["c"], ["y"], then_branch=graph))
    return helper.make_model(graph)


def in_subgraph_list(tensor: TensorProto) -> onnx.ModelProto:
    node = helper.make_node("Custom", [], ["w"])
    inner = graph_of(initializer=[tensor])
    node.attribute.add(name="many", type=onnx.AttributeProto.GRAPHS).graphs.append(inner)
    return helper.make_model(graph_of(node))


def in_sparse_values(tensor: TensorProto) -> onnx.ModelProto:
    graph = graph_of()
    graph.sparse_initializer.add().values.CopyFrom(tensor)
    return helper.make_model(graph)


def in_sparse_indices(tensor: TensorProto) -> onnx.ModelProto:
    graph = graph_of()
    graph.sparse_initializer.add().indices.CopyFrom(tensor)
    return helper.make_model(graph)


def in_sparse_attribute(tensor: TensorProto) -> onnx.ModelProto:
    node = helper.make_node("Constant", [], ["w"])
    sparse = node.attribute.add(name="sparse_value", type=onnx.AttributeProto.SPARSE_TENSOR)
    sparse.sparse_tensor.values.CopyFrom(tensor)
    return helper.make_model(graph_of(node))


def in_function(tensor: TensorProto) -> onnx.ModelProto:
    node = helper.make_node("Constant", [], ["w"], value=tensor)
    function = helper.make_function("d", "F", [], ["w"], [node], [helper.make_opsetid("", 17)])
    return helper.make_model(graph_of(), functions=[function])


def in_function_default(tensor: TensorProto) -> onnx.ModelProto:
    model = in_function(numpy_helper.from_array(np.ones(1)))
    model.functions[0].attribute_proto.append(helper.make_attribute("a", tensor))
    return model


def in_training(tensor: TensorProto) -> onnx.ModelProto:
    model = helper.make_model(graph_of())
    model.training_info.add().algorithm.initializer.append(tensor)
    return model


PLACES = [value for name, value in list(globals().items()) if name.startswith("in_")]


def saved(path: Path, model: onnx.ModelProto) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return str(path)


def refusal(path: str) -> str:
    with pytest.raises(ModelError) as caught:
        examine(path, "m")
    assert caught.value.code is ExitCode.MODEL
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 350
    return caught.value.message


# -- where weights may lie -----------------------------------------------------------------


def _reachable(message: onnx.ModelProto) -> set[tuple[str, int, str]]:
    """(message, field, message) for every way to a tensor, as the onnx package declares them."""
    seen, pending, ways = {message.DESCRIPTOR.name}, [message.DESCRIPTOR], set()
    while pending:
        descriptor = pending.pop()
        for field in descriptor.fields:
            if field.message_type is None:
                continue
            ways.add((descriptor.name, field.number, field.message_type.name))
            if field.message_type.name not in seen:
                seen.add(field.message_type.name)
                pending.append(field.message_type)
    useful = {"TensorProto"}
    while more := {start for start, _, end in ways if end in useful} - useful:
        useful |= more
    return {way for way in ways if way[2] in useful and way[0] != "TensorProto"}


def test_every_place_where_the_format_allows_a_tensor_is_walked() -> None:
    ours = {
        (message, field, inner)
        for message, parts in onnx_file.PARTS.items()
        for field, inner in parts.items()
    }
    assert ours == _reachable(onnx.ModelProto())


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_tensor_anywhere_that_points_outside_is_refused(
    tmp_path: Path, place: Callable[[TensorProto], onnx.ModelProto]
) -> None:
    path = saved(tmp_path / "m" / "m.onnx", place(stored_at("../../etc/shadow")))
    assert refusal(path) == (
        f"m keeps its weights in ../../etc/shadow, {OUTSIDE}; "
        "put them beside the model and export it again"
    )
    examine(saved(tmp_path / "m" / "good.onnx", place(stored_at("weights.bin"))))


@pytest.mark.parametrize(
    "location",
    [
        "/etc/passwd",
        "..",
        "../w.bin",
        "a/../../w.bin",
        "a/../w.bin",
        "w.bin\0/../x",
        "//etc/passwd",
    ],
)
def test_paths_out_of_the_folder_are_refused(tmp_path: Path, location: str) -> None:
    assert OUTSIDE in refusal(saved(tmp_path / "m.onnx", in_initializer(stored_at(location))))


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_not(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(16))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "real.bin").write_bytes(bytes(16))
    (tmp_path / "m" / "inside").symlink_to("real.bin")
    (tmp_path / "m" / "outside").symlink_to("../secret")
    (tmp_path / "m" / "folder").symlink_to("..")
    (tmp_path / "m" / "circle").symlink_to("circle")
    for location, bad in (
        ("inside", False), ("circle", False), ("outside", True), ("folder/secret", True),
    ):  # fmt: skip
        path = saved(tmp_path / "m" / "m.onnx", in_initializer(stored_at(location)))
        if bad:
            assert OUTSIDE in refusal(path)
        else:
            examine(path)


def test_a_hub_s_cache_where_model_and_weights_are_links_is_fine(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "1" / "onnx"
    snapshot.mkdir(parents=True)
    saved(blobs / "aaaa", in_initializer(stored_at("model.onnx_data")))
    (blobs / "bbbb").write_bytes(bytes(16))
    (snapshot / "model.onnx").symlink_to("../../../blobs/aaaa")
    (snapshot / "model.onnx_data").symlink_to("../../../blobs/bbbb")
    examine(str(snapshot / "model.onnx"))


def test_pipes_folders_and_devices_are_refused_without_being_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for location in ("pipe", "."):
        path = saved(tmp_path / "m.onnx", in_initializer(stored_at(location)))
        assert "not a file but a folder, pipe or device" in refusal(path)


def test_a_runtime_s_own_tag_for_an_address_is_refused(tmp_path: Path) -> None:
    tensor = stored_at("*/_ORT_MEM_ADDR_/*", offset=4096, length=16)
    assert "names memory of the runtime" in refusal(saved(tmp_path / "m", in_initializer(tensor)))


def test_weights_cut_short_are_told_with_both_sizes(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(24))
    examine(saved(tmp_path / "m.onnx", in_initializer(stored_at("w.bin", offset=8, length=16))))
    for offset, length, end in ((16, 16, 32), (1 << 60, 16, (1 << 60) + 16)):
        tensor = stored_at("w.bin", offset=offset, length=length)
        words = f"w.bin, which is cut short: it has 24 bytes, the model reads up to {end}"
        assert words in refusal(saved(tmp_path / "m.onnx", in_initializer(tensor)))


def test_a_place_cannot_give_orders_to_the_terminal(tmp_path: Path) -> None:
    location = "../\x1b[2J\u202e\n" + "x" * 5000
    assert OUTSIDE in refusal(saved(tmp_path / "m.onnx", in_initializer(stored_at(location))))


# -- files that a protobuf library reads differently than they look -------------------------


def field(number: int, content: bytes, key: bytes = b"") -> bytes:
    """A length-delimited field, with its key in the usual form or another."""
    size = len(content)
    length = bytes([size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14])
    return (key or bytes([number << 3 | 2])) + length + content


EVIL = field(1, b"location") + field(2, b"../x")


def test_two_halves_of_one_tensor_are_both_looked_at(tmp_path: Path) -> None:
    # `AttributeProto.t` is there once, but a library joins two of them: one says that the
    # tensor is external, the other where it is.
    declared = stored_at("harmless")
    del declared.external_data[:]
    halves = field(5, declared.SerializeToString()) + field(5, field(13, EVIL))
    node = field(5, field(1, b"value") + halves)
    content = field(7, field(1, node))
    joined = onnx.ModelProto.FromString(content).graph.node[0].attribute[0].t
    assert joined.data_location == TensorProto.EXTERNAL
    assert joined.external_data[0].value == "../x"
    (tmp_path / "m.onnx").write_bytes(content)
    assert OUTSIDE in refusal(str(tmp_path / "m.onnx"))


def test_a_graph_in_two_parts_is_looked_at_in_both(tmp_path: Path) -> None:
    first = in_initializer(numpy_helper.from_array(np.ones(4), "a")).SerializeToString()
    second = field(7, field(5, field(13, EVIL)))
    assert len(onnx.ModelProto.FromString(first + second).graph.initializer) == 2
    (tmp_path / "m.onnx").write_bytes(first + second)
    assert OUTSIDE in refusal(str(tmp_path / "m.onnx"))


def test_the_last_of_several_values_counts_and_every_location(tmp_path: Path) -> None:
    twice = field(1, b"location") + field(2, b"good") + field(2, b"../x")
    before = field(2, b"../x") + field(1, b"offset") + field(1, b"location")
    again = field(13, EVIL) + field(13, field(1, b"location") + field(2, b"good"))
    for tensor in (field(13, twice), field(13, before), again):
        (tmp_path / "m.onnx").write_bytes(field(7, field(5, tensor)))
        assert OUTSIDE in refusal(str(tmp_path / "m.onnx"))


@pytest.mark.parametrize(
    "key",
    [
        bytes([0x80 | 7 << 3 | 2, 0x80, 0x80, 0x80, 0x10]),  # field 7 after a cut to 32 bits
        bytes([0x80 | 7 << 3 | 2, 0x80, 0x80, 0x80, 0x80, 0x01]),
        b"\x00",
        bytes([7 << 3 | 3]),  # a group
        bytes([7 << 3 | 6]),
        bytes([7 << 3 | 7]),
    ],
)
def test_keys_that_libraries_read_in_their_own_ways_are_refused(tmp_path: Path, key: bytes) -> None:
    graph = field(5, field(13, EVIL))
    (tmp_path / "m.onnx").write_bytes(field(7, graph, key))
    assert "damaged or incomplete, or not an ONNX model" in refusal(str(tmp_path / "m.onnx"))


def test_a_key_in_more_bytes_than_it_needs_is_read(tmp_path: Path) -> None:
    content = field(7, field(5, field(13, EVIL)), bytes([0x80 | 7 << 3 | 2, 0x80, 0x00]))
    (tmp_path / "m.onnx").write_bytes(content)
    assert OUTSIDE in refusal(str(tmp_path / "m.onnx"))


def test_a_file_that_nests_as_deep_as_it_is_long_ends(tmp_path: Path) -> None:
    content = b""
    for _ in range(4000):
        content = field(1, field(5, field(6, content)))  # a graph in an attribute of a node
    (tmp_path / "m.onnx").write_bytes(field(7, content))
    examine(str(tmp_path / "m.onnx"))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_the_onnx_package_finds_in_a_damaged_file_is_found_or_the_file_refused(
    data: st.DataObject,
) -> None:
    place = data.draw(st.sampled_from(PLACES))
    content = bytearray(place(stored_at("../x")).SerializeToString())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = onnx.ModelProto.FromString(bytes(content))
    except Exception:
        read = None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.onnx"
        path.write_bytes(content)
        if read is not None and _has_way_out(read):
            refusal(str(path))
        else:
            with contextlib.suppress(ModelError):
                examine(str(path), "m")


def _has_way_out(message: object) -> bool:
    """Whether any tensor below a message has its weights in ``../x``."""
    if isinstance(message, TensorProto):
        return any((e.key, e.value) == ("location", "../x") for e in message.external_data)
    return any(
        _has_way_out(part)
        for field_of, value in message.ListFields()  # type: ignore[attr-defined]
        if field_of.message_type is not None
        for part in (value if hasattr(value, "append") or hasattr(value, "add") else [value])
    )


# -- inputs that edgetop has no values for ---------------------------------------------------

_TENSOR = helper.make_tensor_type_proto(TensorProto.FLOAT, [1])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (helper.make_tensor_type_proto(TensorProto.BFLOAT16, [1]), "tensor(bfloat16)"),
        (helper.make_tensor_type_proto(TensorProto.FLOAT8E4M3FN, [1]), "tensor(float8e4m3fn)"),
        (helper.make_tensor_type_proto(TensorProto.FLOAT8E5M2, [1]), "tensor(float8e5m2)"),
        (helper.make_tensor_type_proto(TensorProto.INT4, [1]), "tensor(int4)"),
        (helper.make_tensor_type_proto(TensorProto.UINT4, [1]), "tensor(uint4)"),
        (helper.make_tensor_type_proto(TensorProto.COMPLEX64, [1]), "tensor(complex64)"),
        (helper.make_sequence_type_proto(_TENSOR), "sequence"),
        (helper.make_map_type_proto(TensorProto.INT64, _TENSOR), "map"),
        (helper.make_optional_type_proto(_TENSOR), "optional"),
        (helper.make_sparse_tensor_type_proto(TensorProto.FLOAT, [1]), "sparse_tensor"),
    ],
)
def test_an_input_that_cannot_be_fed_is_refused_before_the_model_is_loaded(
    tmp_path: Path, kind: onnx.TypeProto, words: str
) -> None:
    good = helper.make_tensor_value_info("good", TensorProto.FLOAT, ["N"])
    graph = helper.make_graph([], "g", [good, helper.make_value_info("\x1b[1mx", kind)], [])
    path = saved(tmp_path / "m.onnx", helper.make_model(graph))
    assert refusal(path) == f"input '[1mx' is of the type {words}, which edgetop cannot feed"


def test_an_initializer_listed_as_an_input_need_not_be_fed(tmp_path: Path) -> None:
    weight = helper.make_tensor("w", TensorProto.BFLOAT16, [1], [1.0])
    listed = helper.make_tensor_value_info("w", TensorProto.BFLOAT16, [1])
    graph = helper.make_graph([], "g", [listed], [], [weight])
    examine(saved(tmp_path / "m.onnx", helper.make_model(graph)))


# -- files that are no models ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is a Git-LFS pointer"),
        (b"\xab\xcd\xef" * 100, "is damaged or incomplete, or not an ONNX model"),
    ],
)
def test_what_is_no_model_is_told_as_ever(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "m.onnx").write_bytes(content)
    assert words in refusal(str(tmp_path / "m.onnx"))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in refusal(str(tmp_path / "m.onnx"))


def test_the_runtime_s_own_format_is_left_to_the_runtime(tmp_path: Path) -> None:
    (tmp_path / "m.ort").write_bytes(b"\x18\x00\x00\x00ORTM")
    examine(str(tmp_path / "m.ort"))


def test_ordinary_models_pass(tmp_path: Path) -> None:
    examine(str(tiny_models.with_external_weights(tmp_path / "a.onnx")))
    examine(str(tiny_models.killer(tmp_path / "b.onnx")))


def test_the_shared_models_pass(shared: Path) -> None:
    for path in (shared / "models").glob("[!b]*.onnx"):
        examine(str(path))
