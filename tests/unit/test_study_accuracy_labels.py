"""Files of labels in the forms that people have."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgetop.errors import UsageError
from edgetop.study import labels
from edgetop.zoo.naming import safe_text

TWO = {"a.jpg": 3, "b.jpg": 0}


def read(tmp_path: Path, text: str | bytes, name: str = "labels.csv") -> tuple[dict[str, int], int]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return labels.read(path)


@pytest.mark.parametrize(
    "text",
    [
        "a.jpg,3\nb.jpg,0\n",
        "a.jpg, 3\r\nb.jpg, 0\r\n",
        '"a.jpg","3"\n"b.jpg","0"\n',
        "a.jpg 3\nb.jpg 0",
        "a.jpg\t3\nb.jpg\t0\n\n",
        "a.jpg;3\nb.jpg;0\n",
        "./a.jpg   3  \n  ./b.jpg 0\n",
        "image,label\na.jpg,3\nb.jpg,0\n",
        "Label,Image ID\n3,a.jpg\n0,b.jpg\n",
        'file,class_index,wnid,name\na.jpg,3,n1,"tench, Tinca"\nb.jpg,0,n2,x\n',
        "\ufefffilename;class\na.jpg;3\nb.jpg;0\n",
        b"\xef\xbb\xbfa.jpg,3\nb.jpg,0\n",
    ],
)
def test_forms(tmp_path: Path, text: str | bytes) -> None:
    assert read(tmp_path, text) == (TWO, 0)


def test_names_with_blanks_commas_and_folders(tmp_path: Path) -> None:
    text = "n01/my cat.jpg 3\nn02\\a,b.jpg 12\n"
    assert read(tmp_path, text, "val.txt")[0] == {"n01/my cat.jpg": 3, "n02/a,b.jpg": 12}
    assert read(tmp_path, "a,b.jpg 3\n", "val.txt")[0] == {"a,b.jpg": 3}


def test_a_name_that_is_not_utf8_is_that_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    assert read(tmp_path, b"\xff.jpg 3\n")[0] == {"\udcff.jpg": 3}


def test_what_is_said_twice_is_counted(tmp_path: Path) -> None:
    assert read(tmp_path, "a.jpg,3\nb.jpg,0\na.jpg,3\n") == (TWO, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no labels"),
        ("\n \n", "holds no labels"),
        ("file,label\n", "holds no labels"),
        ("a.jpg,3\na.jpg,4\n", "line 2: a.jpg has the class 4 here and 3 before"),
        ("a.jpg,3\nb.jpg\n", "line 2: it has 1 columns only"),
        ("a.jpg,3\nb.jpg,cat\n", "line 2: 'cat' is not the number of a class"),
        ("a.jpg,3\nb.jpg,-1\n", "'-1' is not the number of a class"),
        ("a.jpg,3\nb.jpg,1.5\n", "'1.5' is not the number of a class"),
        ("a.jpg,3\nb.jpg," + "9" * 5000 + "\n", "is not the number of a class"),
        ("a.jpg 3\nb.jpg\n", "line 2: 'b.jpg' is not a name and the number of a class"),
        ("490\n361\n", "line 1: '490' is not a name and the number of a class"),
        ("what,ever\n1,2\n", "no columns of pictures and classes"),
        ("a.jpg,3\n,4\n", "line 2: the name of the picture is empty"),
        ("a.jpg,3\n\x00,4\n", "is not a text file in UTF-8"),
        ("file,label\n" + "x" * 200_000 + ",4\n", "line 2: field larger"),
    ],
)
def test_bad_files_are_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert words in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 500


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        labels.read(tmp_path / "missing.csv")
    with pytest.raises(UsageError, match="is not a file"):
        labels.read(tmp_path)
    with pytest.raises(UsageError, match=r"the file of labels . does not exist"):
        labels.read(Path("\0"))


@given(st.binary(max_size=200))
def test_any_bytes_are_labels_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("l") / "l.csv"
    path.write_bytes(data)
    reason, found = "", {}
    try:
        found, _ = labels.read(path)
    except UsageError as error:
        reason = error.message
    assert bool(reason) != bool(found)
    assert reason == safe_text(reason, 1000)
