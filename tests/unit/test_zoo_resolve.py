"""What a user types becomes a file, a built-in model, or one line of advice."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from privileges import without_privileges

from edgetop.errors import ExitCode, UsageError
from edgetop.zoo.catalogue import ARCHITECTURES, RANDOM_WEIGHTS
from edgetop.zoo.resolve import MAX_FILES, choices, resolve


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with all of the user's folders elsewhere below `tmp_path`."""
    for variable in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{variable}_HOME", str(tmp_path / variable.lower()))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def user_models(folder: Path) -> Path:
    models = folder.parent / "data" / "edgetop" / "models"
    models.mkdir(parents=True)
    return models


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"model")
    return path


def refusal(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        resolve(text)
    assert caught.value.code is ExitCode.USAGE
    assert "\n" not in caught.value.message
    return caught.value.message


def test_a_relative_path_becomes_absolute_and_is_a_file_without_label(folder: Path) -> None:
    path = touch(folder / "sub" / "net.onnx")
    choice = resolve("sub/net.onnx")
    assert choice.path == path
    assert (choice.title, choice.label, choice.architecture) == ("net", "", None)


def test_an_absolute_path_is_taken_as_it_is(folder: Path) -> None:
    path = touch(folder.parent / "other" / "net.bin")
    assert resolve(str(path)).path == path


def test_a_tilde_is_the_home_folder(folder: Path) -> None:
    path = touch(folder.parent / "home" / "net.onnx")
    assert resolve("~/net.onnx").path == path


def test_a_file_whose_name_begins_with_a_tilde_is_found(folder: Path) -> None:
    path = touch(folder / "~no-such-user-here")
    assert resolve("~no-such-user-here").path == path


def test_relative_paths_start_at_the_folder_given(folder: Path) -> None:
    path = touch(folder / "sub" / "net.onnx")
    assert resolve("net.onnx", folder / "sub").path == path


@pytest.mark.parametrize("suffix", [".onnx", ".ort"])
@pytest.mark.parametrize("written", ["", "suffix"])
def test_files_in_model_folders_need_neither_path_nor_ending(
    folder: Path, user_models: Path, suffix: str, written: str
) -> None:
    here = touch(folder / "models" / f"here{suffix}")
    there = touch(user_models / f"there{suffix}")
    ending = suffix if written else ""
    assert resolve(f"here{ending}").path == here
    assert resolve(f"there{ending}").path == there


def test_the_working_folder_wins_over_models_and_models_over_the_users(
    folder: Path, user_models: Path
) -> None:
    last = touch(user_models / "net.onnx")
    assert resolve("net").path == last
    middle = touch(folder / "models" / "net.onnx")
    assert resolve("net").path == middle
    first = touch(folder / "net.onnx")
    assert resolve("net").path == first
    assert resolve("net.onnx").path == first


@pytest.mark.parametrize("text", ["squeezenet_v1.1", "SQUEEZENET1_1", "squeezenet.onnx"])
def test_a_built_in_name_is_a_model_still_to_be_built(folder: Path, text: str) -> None:
    choice = resolve(text)
    assert choice.title == "squeezenet_v1.1"
    assert choice.label == RANDOM_WEIGHTS
    assert choice.architecture is not None


@pytest.mark.parametrize("text", ["squeezenet_v1.1.onnx", "squeezenet_v1.1"])
@pytest.mark.parametrize("place", ["", "models"])
def test_a_file_wins_over_the_built_in_model_of_its_name(
    folder: Path, text: str, place: str
) -> None:
    path = touch(folder / place / "squeezenet_v1.1.onnx")
    choice = resolve(text)
    assert choice.path == path
    assert (choice.architecture, choice.label) == (None, "")


def test_a_folder_does_not_hide_the_built_in_model_of_its_name(folder: Path) -> None:
    (folder / "squeezenet").mkdir()
    assert resolve("squeezenet").architecture is not None


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_an_empty_name_is_refused(folder: Path, text: str) -> None:
    assert "empty" in refusal(text)


def test_a_folder_is_refused_and_names_up_to_three_models_in_it(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert refusal("empty").endswith("empty is a folder; name a .onnx file in it")
    for name in ("d.onnx", "b.ort", "a.onnx", "c.onnx", "0.txt"):
        touch(folder / "full" / name)
    assert refusal("full/").endswith("name a .onnx file in it: a.onnx, b.ort, c.onnx")
    assert "is a folder" in refusal(".")
    assert "is a folder" in refusal("..")


def test_a_pipe_or_device_is_refused_without_opening_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe.onnx")
    assert "pipe.onnx is not a file" in refusal("pipe.onnx")
    assert "/dev/null is not a file" in refusal("/dev/null")


def test_a_missing_file_is_named_with_its_full_path(folder: Path) -> None:
    assert refusal("sub/net.onnx") == f"there is no file {folder}/sub/net.onnx"
    touch(folder / "file")
    assert "there is no file" in refusal("file/net.onnx")


def test_an_unknown_name_gets_the_nearest_ones(folder: Path) -> None:
    assert refusal("squeeznet").startswith(
        "no file and no built-in model is called 'squeeznet'; did you mean squeezenet_v1.1"
    )
    assert refusal("whisper").endswith("'edgetop models' lists the built-in ones")


def test_an_unreadable_file_is_refused_and_not_replaced_by_the_built_in_model(
    folder: Path,
) -> None:
    with tempfile.TemporaryDirectory() as public:
        Path(public).chmod(0o755)
        path = touch(Path(public) / "squeezenet_v1.1.onnx")
        path.chmod(0)
        with without_privileges():
            for text in (str(path), "squeezenet_v1.1"):
                with pytest.raises(UsageError, match=r"cannot read .*: Permission denied"):
                    resolve(text, Path(public))


def test_a_folder_that_may_not_be_entered_hides_its_files_but_no_built_in_model() -> None:
    with tempfile.TemporaryDirectory() as closed:
        touch(Path(closed) / "net.onnx")
        Path(closed).chmod(0o000)
        try:
            with without_privileges():
                with pytest.raises(UsageError, match=r"cannot read .*: Permission denied"):
                    resolve("net", Path(closed))
                assert resolve("squeezenet", Path(closed)).architecture is not None
                assert len(choices(Path(closed))) >= len(ARCHITECTURES)
        finally:
            Path(closed).chmod(0o700)


@pytest.mark.parametrize(
    "text", ["[/red]\x1b[31m", "a\x00b", "\x1b]0;title\x07", "\u202exnno.net", "x" * 5000, "\udcff"]
)
def test_hostile_names_are_refused_in_one_safe_line(folder: Path, text: str) -> None:
    message = refusal(text)
    assert message.isprintable()
    assert len(message) < 400


def test_titles_of_hostile_files_are_safe_and_their_paths_exact(folder: Path) -> None:
    path = touch(folder / "[bold]\x1b[31m\u202enet\n.onnx")
    choice = resolve(path.name)
    assert choice.path == path
    assert choice.title == "[bold]?[31m?net"


def test_links_are_followed_to_read_but_not_in_the_path(folder: Path) -> None:
    """External weights are looked for beside the link, as model hubs lay out their caches."""
    touch(folder / "blobs" / "0123")
    (folder / "net.onnx").symlink_to("blobs/0123")
    assert resolve("net.onnx").path == folder / "net.onnx"
    (folder / "broken.onnx").symlink_to("nowhere")
    assert "no file" in refusal("broken.onnx")
    (folder / "circle.onnx").symlink_to("circle.onnx")
    assert "cannot read" in refusal("circle.onnx")


def test_choices_are_the_built_in_models_then_the_files_of_both_folders(
    folder: Path, user_models: Path
) -> None:
    paths = [
        touch(folder / "models" / "a.onnx"),
        touch(folder / "models" / "b.ORT"),
        touch(user_models / "c.onnx"),
    ]
    touch(folder / "models" / "README.md")
    (folder / "models" / "folder.onnx").mkdir()
    (folder / "models" / "broken.onnx").symlink_to("nowhere")
    (folder / "models" / "circle.onnx").symlink_to("circle.onnx")
    offered = choices()
    built_in = len(ARCHITECTURES)
    assert [choice.architecture for choice in offered[:built_in]] == list(ARCHITECTURES)
    assert [choice.path for choice in offered[built_in:]] == paths


def test_choices_are_bounded(folder: Path) -> None:
    (folder / "models").mkdir()
    for number in range(MAX_FILES + 5):
        (folder / "models" / f"{number:04}.onnx").touch()
    assert len(choices()) == len(ARCHITECTURES) + MAX_FILES


def test_choices_survive_a_model_folder_that_is_a_file(folder: Path) -> None:
    touch(folder / "models")
    assert len(choices()) == len(ARCHITECTURES)


def test_a_working_folder_that_is_gone_leaves_the_built_in_models(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert len(choices()) >= len(ARCHITECTURES)
    assert resolve("squeezenet").architecture is not None


def test_resolving_imports_neither_onnx_nor_numpy() -> None:
    code = (
        "import sys, edgetop.zoo.resolve as r; r.resolve('squeezenet'); r.choices();"
        "print(sorted({'onnx', 'numpy', 'onnxruntime', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
