"""Which pictures are found, and which class each has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edgetop.errors import UsageError
from edgetop.study.accuracy_images import find, match

if TYPE_CHECKING:
    from pathlib import Path


def tree(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def labelled(folder: Path, text: str) -> Path:
    path = folder.parent / "labels.txt"
    path.write_text(text)
    return path


def test_a_flat_folder_with_a_file(tmp_path: Path) -> None:
    folder = tree(tmp_path / "i", "b.JPG", "a.jpg", "c.png", "README.md", ".hidden.jpg")
    images = find(folder, labelled(folder, "b.JPG 1\na.jpg 0\nz.jpg 2\n"))
    assert list(images.classes.items()) == [("a.jpg", 0), ("b.JPG", 1)]
    assert images.unlabelled == ("c.png",)
    assert images.missing == ("z.jpg",)
    assert images.by_name is None


def test_folders_by_name_count_in_sorted_order(tmp_path: Path) -> None:
    folder = tree(
        tmp_path / "i", "dog/1.jpg", "Cat/2.jpg", "Cat/deep/3.jpg", "dog/notes.txt", "x.png"
    )
    (folder / "bird").mkdir()
    images = find(folder, None)
    assert images.classes == {"Cat/2.jpg": 0, "Cat/deep/3.jpg": 0, "dog/1.jpg": 2}
    assert images.unlabelled == ("x.png",)
    assert images.by_name == 3


def test_numbered_folders_are_the_class(tmp_path: Path) -> None:
    images = find(tree(tmp_path, "10/a.jpg", "2/a.jpg", "0/a.jpg"), None)
    assert images.classes == {"0/a.jpg": 0, "10/a.jpg": 10, "2/a.jpg": 2}
    assert images.by_name is None


def test_a_link_to_a_folder_of_a_class_is_followed_and_no_circle(tmp_path: Path) -> None:
    folder = tree(tmp_path / "i", "a/1.jpg")
    (folder / "b").symlink_to(tree(tmp_path / "elsewhere", "2.jpg"))
    (folder / "a" / "circle").symlink_to(folder)
    (folder / "c").symlink_to("c")
    assert find(folder, None).classes == {"a/1.jpg": 0, "b/2.jpg": 1}


@pytest.mark.parametrize(
    ("label", "file"),
    [
        ("a.jpg", "a.jpg"),
        ("a", "a.jpg"),
        ("a.JPEG", "a.jpg"),
        ("val/a.jpg", "a.jpg"),
        ("a.jpg", "deep/er/a.jpg"),
        ("train/a.png", "deep/a.jpg"),
        ("plain", "plain"),
    ],
)
def test_names_that_mean_a_file(label: str, file: str) -> None:
    assert match({label: 7}, [file, "other.jpg"]).classes == {file: 7}


def test_a_name_that_could_be_two_files_is_none() -> None:
    matched = match({"a.jpg": 7}, ["x/a.jpg", "y/a.jpg"])
    assert (matched.classes, matched.missing) == ({}, ("a.jpg",))
    assert match({"a.v1": 7}, ["a.v2"]).missing == ("a.v1",)


def test_two_labels_of_one_file() -> None:
    assert match({"a.jpg": 7, "a": 7}, ["a.jpg"]).repeated == 1
    with pytest.raises(UsageError, match=r"a\.jpg \(7\) and a \(8\) mean the same picture"):
        match({"a.jpg": 7, "a": 8}, ["a.jpg"])


@pytest.mark.parametrize(
    ("names", "text", "words"),
    [
        ((), None, "is empty"),
        ((), "a.jpg 1\n", "is empty"),
        (("a.txt",), None, r"holds no pictures \(\.jpg, "),
        (("a.txt",), "b.jpg 1\n", "holds no pictures"),
        (("c/a.txt",), None, "holds no pictures"),
        (("a.jpg",), None, "give --labels FILE"),
        (
            ("a.jpg",),
            "b.jpg 1\n",
            r"no label belongs to a picture: labels\.txt names b\.jpg, .* holds a\.jpg",
        ),
        (("1/a.jpg", "01/a.jpg"), None, "the folders 01 and 1 mean the same class"),
    ],
)
def test_what_cannot_be_used(
    tmp_path: Path, names: tuple[str, ...], text: str | None, words: str
) -> None:
    folder = tmp_path / "i"
    folder.mkdir()
    tree(folder, *names)
    with pytest.raises(UsageError, match=words):
        find(folder, None if text is None else labelled(folder, text))


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find(tmp_path / "missing", None)
    with pytest.raises(UsageError, match="is not a folder"):
        find(tree(tmp_path, "f") / "f", None)
