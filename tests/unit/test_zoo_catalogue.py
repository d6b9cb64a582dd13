"""The catalogue agrees with the published tables and finds what users type."""

from __future__ import annotations

import csv
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from edgetop.zoo.catalogue import ARCHITECTURES, Architecture, find, nearest

TABLE = Path(__file__).parents[2].parent / "shared" / "reference" / "architectures.csv"

each_architecture = pytest.mark.parametrize(
    "architecture", ARCHITECTURES, ids=[architecture.name for architecture in ARCHITECTURES]
)


@pytest.fixture(scope="module")
def published() -> dict[str, dict[str, str]]:
    if not TABLE.is_file():
        pytest.skip("the published tables are not beside this checkout")
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["canonical_name"]: row for row in csv.DictReader(file)}


@each_architecture
def test_every_figure_is_the_published_one(
    architecture: Architecture, published: dict[str, dict[str, str]]
) -> None:
    row = published.get(architecture.canonical_name)
    if row is None:
        pytest.skip("a variant that the table only mentions in its notes")
    assert architecture.family == row["family"]
    assert architecture.input_px == int(row["input_px"])
    assert architecture.params_m == float(row["params_m_computed"])
    assert architecture.gmacs == float(row["gmacs_computed"])
    assert architecture.year == int(row["year"])
    assert architecture.top1_pct == (float(row["top1_pct"]) if row["top1_pct"] else None)
    assert architecture.top1_source == (row["accuracy_source"] if row["top1_pct"] else "")
    assert ";".join(architecture.seed_reports) == row["named_in_seeds"]


def test_every_architecture_of_the_table_that_could_be_computed_is_there(
    published: dict[str, dict[str, str]],
) -> None:
    computed = {name for name, row in published.items() if row["params_m_computed"]}
    assert len(computed) == 61
    assert computed <= {architecture.canonical_name for architecture in ARCHITECTURES}


def test_no_name_or_alias_means_two_architectures() -> None:
    keys = [
        key
        for architecture in ARCHITECTURES
        for key in {
            name.lower()
            for name in (architecture.name, architecture.canonical_name, *architecture.aliases)
        }
    ]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "name",
    [
        "squeezenet_v1.1",
        "squeezenet_v1.1.onnx",
        "SqueezeNet_V1.1.ONNX",
        "squeezenet1.1",
        "squeezenet1_1",
        "squeezenet",
        "SqueezeNet 1.1",
        " squeezenet ",
    ],
)
def test_squeezenet_1_1_is_found_by_any_of_its_names(name: str) -> None:
    found = find(name)
    assert found is not None
    assert found.name == "squeezenet_v1.1"


@pytest.mark.parametrize("name", ["", "squeeze", "squeezenet_v1.2", ".onnx", "x/squeezenet"])
def test_other_names_are_not_found(name: str) -> None:
    assert find(name) is None


def test_nearest_puts_the_likeliest_first_and_names_each_once() -> None:
    assert nearest("squeeznet")[0] == "squeezenet_v1.1"
    assert nearest("resnet-55")[0] == "resnet50"
    assert len(set(nearest("vgg"))) == len(nearest("vgg"))
    assert nearest("sqeezenet1.0.onnx")[0] == "squeezenet_v1.0"
    assert nearest("whisper") == ()


def test_an_architecture_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ARCHITECTURES[0].gmacs = 0.0  # type: ignore[misc]
