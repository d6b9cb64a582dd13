"""The settings of the sensors: which service to ask, which rails are the board's power."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edgetop import config
from edgetop.config import Settings
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return tmp_path / "config.toml"


def test_by_default_no_service_is_asked_and_no_rail_is_named() -> None:
    settings = config.load()
    assert (settings.sensors, settings.power_rails) == ("", ())


def test_the_file_names_the_service_and_the_rails(tmp_path: Path) -> None:
    path = written(tmp_path, "sensors = 'jtop'\npower_rails = ['VDD_A', 'rail, with comma']\n")
    assert config.load(path) == Settings(sensors="jtop", power_rails=("VDD_A", "rail, with comma"))


def test_an_empty_list_names_no_rail(tmp_path: Path) -> None:
    path = written(tmp_path, "power_rails = []\nsensors = ''\n")
    assert config.load(path) == Settings()


@pytest.mark.parametrize(
    ("text", "rails"),
    [
        ("VDD_A", ("VDD_A",)),
        ("VDD_A,VDD_B", ("VDD_A", "VDD_B")),
        (" VDD_A , VDD_B ", ("VDD_A", "VDD_B")),
        ("VDD A", ("VDD A",)),
        ("VDD_A,", ("VDD_A",)),
        ("", ()),
    ],
)
def test_the_environment_names_rails_between_commas(
    monkeypatch: pytest.MonkeyPatch, text: str, rails: tuple[str, ...]
) -> None:
    monkeypatch.setenv("EDGETOP_POWER_RAILS", text)
    assert config.load().power_rails == rails


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "sensors = 'jtop'\npower_rails = ['VDD_A']\n")
    monkeypatch.setenv("EDGETOP_SENSORS", "")
    monkeypatch.setenv("EDGETOP_POWER_RAILS", "VDD_B")
    settings = config.load(path)
    assert (settings.sensors, settings.power_rails) == ("", ("VDD_B",))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sensors = 'tegrastats'", "sensors must be jtop or empty, not 'tegrastats'"),
        ("sensors = 'JTOP'", "sensors must be jtop or empty, not 'JTOP'"),
        ("sensors = true", "sensors must be text, not True"),
        ("sensors = ['jtop']", "sensors must be text, not ['jtop']"),
        ("sensor = 'jtop'", "sensor is no setting; did you mean sensors?"),
        ("power_rails = 'VDD_A'", "power_rails must be a list of labels, not 'VDD_A'"),
        ("power_rails = 3", "power_rails must be a list of labels, not 3"),
        ("power_rails = [1, 2]", "power_rails must be a list of labels, not [1, 2]"),
        ("power_rails = ['VDD_A', '']", "power_rails must be a list of labels"),
        ("power_rails = [['VDD_A']]", "power_rails must be a list of labels"),
        ("power_rail = ['VDD_A']", "power_rail is no setting; did you mean power_rails?"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        config.load(path)
    assert words in caught.value.message
    assert caught.value.message.startswith(str(path))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("EDGETOP_SENSORS", "tegrastats", "must be jtop or empty, not 'tegrastats'"),
        ("EDGETOP_POWER_RAILS", "VDD_A, ,VDD_B", "must be a list of labels"),
    ],
)
def test_a_mistake_in_the_environment_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=f"^{name} ") as caught:
        config.load()
    assert words in caught.value.message
