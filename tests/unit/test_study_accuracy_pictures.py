"""Pictures as numbers, of every kind, and what is told of those that are none."""

from __future__ import annotations

import io
import os
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edgetop.engine import pictures
from edgetop.engine.backend import InputInfo
from edgetop.engine.picture_plan import fit
from edgetop.engine.pictures import Reader, Unreadable
from edgetop.study.preprocess import Changes, recipe

if TYPE_CHECKING:
    from pathlib import Path


def reader(
    preset: str = "raw", dims: Any = (1, 3, 8, 8), dtype: str = "float32", **changes: str
) -> Reader:
    return Reader(fit(recipe(preset, Changes(**changes)), [InputInfo("x", dtype, dims)], 1))


def saved(tmp_path: Path, image: Image.Image, name: str = "a.png", **options: Any) -> str:
    path = tmp_path / name
    image.save(path, **options)
    return str(path)


def colour(mode: str, value: Any, size: tuple[int, int] = (16, 16)) -> Image.Image:
    return Image.new(mode, size, value)


@pytest.mark.parametrize(
    ("image", "name", "rgb"),
    [
        (colour("RGB", (10, 20, 30)), "a.png", (10, 20, 30)),
        (colour("L", 7), "a.png", (7, 7, 7)),
        (colour("1", 1), "a.png", (255, 255, 255)),
        (colour("LA", (9, 0)), "a.png", (9, 9, 9)),
        (colour("RGBA", (10, 20, 30, 0)), "a.png", (10, 20, 30)),
        (colour("RGB", (10, 20, 30)).quantize(4), "a.png", (10, 20, 30)),
        (colour("RGB", (10, 20, 30)).quantize(4), "a.gif", (10, 20, 30)),
        (colour("CMYK", (255, 255, 255, 0)), "a.tif", (0, 0, 0)),
        (colour("CMYK", (0, 0, 0, 0)), "a.jpg", (255, 255, 255)),
        (colour("I;16", 0x1234), "a.png", (0x12, 0x12, 0x12)),
        (colour("RGB", (10, 20, 30)), "a.bmp", (10, 20, 30)),
        (colour("RGB", (0, 0, 0)), "a.mpo", (0, 0, 0)),
        (colour("RGB", (10, 20, 30)), "a.webp", None),
        (colour("RGB", (10, 20, 30)), "misnamed.txt", (10, 20, 30)),
    ],
)
def test_every_kind_becomes_rgb(tmp_path: Path, image: Image.Image, name: str, rgb: Any) -> None:
    path = tmp_path / name
    image.save(path, format="PNG" if path.suffix == ".txt" else None)
    array = reader().read(str(path))
    assert array.shape == (3, 8, 8) and array.dtype == np.float32
    if rgb is not None:
        assert array[:, 0, 0].tolist() == list(rgb)


def test_values_layouts_and_types(tmp_path: Path) -> None:
    path = saved(tmp_path, colour("RGB", (255, 0, 51)))
    assert reader("tf").read(path)[:, 0, 0] == pytest.approx([1, -1, -0.6])
    assert reader("caffe").read(path)[:, 0, 0].tolist() == [51 - 104, 0 - 117, 255 - 123]
    expected = [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225]
    assert reader("torchvision").read(path)[:, 0, 0] == pytest.approx(expected, abs=1e-6)
    nhwc = reader(dims=(1, 8, 8, 3), dtype="uint8").read(path)
    assert (nhwc.shape, nhwc.dtype, nhwc[0, 0].tolist()) == ((8, 8, 3), np.uint8, [255, 0, 51])
    assert reader("torchvision", dtype="float16").read(path).dtype == np.float16
    assert reader(dtype="float64").read(path).dtype == np.float64
    grey = reader(dims=(1, 1, 8, 8)).read(saved(tmp_path, colour("RGB", (90, 90, 90))))
    assert (grey.shape, grey[0, 0, 0]) == ((1, 8, 8), 90)


@pytest.mark.parametrize("size", [(500, 333), (333, 500), (106, 400), (256, 256), (300, 299)])
def test_geometry_is_that_of_torchvision(tmp_path: Path, size: tuple[int, int]) -> None:
    """Its Resize(256) and CenterCrop(224), in the words of their own source."""
    rng = np.random.default_rng(1)
    image = Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))
    short, long = sorted(size)
    new_long = int(256 * long / short)
    width, height = (256, new_long) if size[0] <= size[1] else (new_long, 256)
    top, left = round((height - 224) / 2.0), round((width - 224) / 2.0)
    resized = image.resize((width, height), Image.Resampling.BILINEAR)
    wanted = np.asarray(resized.crop((left, top, left + 224, top + 224))).transpose(2, 0, 1)
    made = reader("torchvision", (1, 3, 224, 224), "uint8").read(saved(tmp_path, image))
    assert np.array_equal(made, wanted)


def test_the_rotation_of_a_camera_is_not_applied(tmp_path: Path) -> None:
    image = colour("RGB", (255, 255, 255))
    image.paste((0, 0, 0), (0, 0, 16, 8))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    path = saved(tmp_path, image, exif=exif)
    assert reader().read(path)[0, 0, 0] == 0


def _png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


def _jpeg() -> bytes:
    file = io.BytesIO()
    colour("RGB", (1, 2, 3), (200, 200)).effect_spread(20).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"hello", "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (_jpeg()[:700], "truncated"),
        (_png(20_000, 20_000), "more than 89 megapixels"),
        (_png(10_000, 10_000), "more than 89 megapixels"),
        (_png(1, 80_000), "too long and narrow: 1x80000 pixels"),
        (_png(8, 8)[:45], ""),
        (_png(0, 8), ""),
    ],
)  # fmt: skip
def test_hostile_files_have_a_reason(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        reader("torchvision", (1, 3, 1000, 1000)).read(str(path))
    assert words in str(caught.value)
    assert str(caught.value).isprintable() and str(tmp_path) not in str(caught.value)


def test_what_is_no_file_has_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "nowhere.jpg").symlink_to("missing")
    (tmp_path / "circle.jpg").symlink_to("circle.jpg")
    (tmp_path / "folder.jpg").mkdir()
    for name, words in (
        ("pipe.jpg", "not a file but a folder, pipe or device"),
        ("nowhere.jpg", "No such file"),
        ("circle.jpg", "symbolic links"),
        ("folder.jpg", "s a directory"),
        ("a\0b.jpg", "null"),
    ):
        with pytest.raises(Unreadable, match=words):
            reader().read(str(tmp_path / name))
    with pytest.raises(Unreadable, match="pipe or device"):
        reader().read("/dev/zero")
    monkeypatch.setattr(pictures, "_MOST_BYTES", 10)
    with pytest.raises(Unreadable, match="larger than"):
        reader().read(saved(tmp_path, colour("RGB", 0)))


def test_a_picture_of_fractions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="fractions"):
        reader().read(saved(tmp_path, colour("F", 0.5), "a.tif"))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.binary(min_size=1, max_size=20))
def test_a_damaged_picture_is_read_or_has_a_reason(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes
) -> None:
    data = bytearray(_jpeg())
    place %= len(data)
    data[place : place + len(damage)] = damage
    path = tmp_path_factory.mktemp("d") / "a.jpg"
    path.write_bytes(data)
    reason = ""
    try:
        assert reader().read(str(path)).shape == (3, 8, 8)
    except Unreadable as error:
        reason = str(error)
    assert not reason or reason.isprintable()
