"""Settings: built-in values, then the file, then the environment, each checked by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edgetop import config, locations
from edgetop.config import Settings
from edgetop.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return tmp_path / "config.toml"


def test_without_a_file_and_environment_the_built_in_values_hold() -> None:
    assert config.load() == Settings()
    assert Settings().model == "squeezenet_v1.1.onnx"
    assert Settings().provider == "auto"


def test_the_user_s_file_is_found_in_its_folder() -> None:
    locations.config_dir().mkdir(parents=True)
    written(locations.config_dir(), "theme = 'daylight'\nthreads = 3\n")
    assert config.load() == Settings(theme="daylight", threads=3)


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "model = 'a.onnx'\nthreads = 3\ninterval_s = 2\n")
    monkeypatch.setenv("EDGETOP_THREADS", "4")
    monkeypatch.setenv("EDGETOP_INTERVAL_S", "0.25")
    monkeypatch.setenv("EDGETOP_PROVIDER", "cpu")
    assert config.load(path) == Settings("a.onnx", "cpu", 4, "edgetop", 0.25)


def test_a_variable_that_is_no_setting_is_somebody_else_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGETOP_COLOUR", "pink")
    assert config.load() == Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("thread = 3", "thread is no setting; did you mean threads?"),
        ("Model = 'a'", "Model is no setting; did you mean model?"),
        ("zzz = 1", "zzz is no setting; the settings are model, provider, threads, theme"),
        ("threads = '3'", "threads must be a number, not '3'"),
        ("threads = 1.5", "threads must be a number, not 1.5"),
        ("threads = true", "threads must be a number, not True"),
        ("model = 3", "model must be text, not 3"),
        ("theme = ['a']", "theme must be text"),
        ("interval_s = 'fast'", "interval_s must be a number"),
        ("interval_s = 0", "interval_s must be 0.05 to 3600 s, not 0"),
        ("interval_s = -1.5", "interval_s must be 0.05 to 3600 s"),
        ("interval_s = nan", "interval_s must be 0.05 to 3600 s"),
        ("interval_s = inf", "interval_s must be 0.05 to 3600 s"),
        (f"interval_s = 1{'0' * 400}", "interval_s must be 0.05 to 3600 s"),
        ("theme = ", "is not valid TOML"),
        ("[run]\nmodel = 'a'", "run is no setting"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(
    tmp_path: Path, text: str, words: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        config.load(path)
    assert words in caught.value.message
    assert caught.value.message.startswith(str(path))
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EDGETOP_THREADS", "many"),
        ("EDGETOP_THREADS", "1.5"),
        ("EDGETOP_THREADS", ""),
        ("EDGETOP_INTERVAL_S", "fast"),
        ("EDGETOP_INTERVAL_S", "0"),
        ("EDGETOP_INTERVAL_S", "nan"),
    ],
)
def test_a_mistake_in_the_environment_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=f"^{name} must be"):
        config.load()


def test_a_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(UsageError, match=r"cannot read .*config\.toml: Is a directory"):
        config.load(tmp_path / "config.toml")


def test_a_file_that_is_not_text_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"model = '\xff'")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        config.load(tmp_path / "config.toml")
