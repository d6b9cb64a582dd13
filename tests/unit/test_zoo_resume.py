"""What was interrupted goes on where it ended, but never with the rest of another file."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace
from typing import TYPE_CHECKING

import fetching
import pytest
from fetching import CONTENT, SHA256, names_in, part_of, wanted
from model_server import Server, serving

from edgetop.errors import UsageError
from edgetop.zoo import answers
from edgetop.zoo.download import download

if TYPE_CHECKING:
    from pathlib import Path


server, quick_fetching = fetching.server, fetching.quick_fetching
pytestmark = pytest.mark.usefixtures("quick_fetching")


@pytest.mark.parametrize("ranges", [True, False])
def test_a_connection_that_breaks_is_taken_up_again(
    server: Server, tmp_path: Path, ranges: bool
) -> None:
    server.drop_after = [100_000, 50_000, 0, 0]
    server.ranges = ranges
    download(wanted(server), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT
    if ranges:
        assert server.sent == len(CONTENT)
        assert server.asked[1] == "bytes=100000-"


def test_a_server_that_brings_nothing_is_given_up_and_the_part_is_kept(
    server: Server, tmp_path: Path
) -> None:
    server.drop_after = [100_000, *[0] * 20]
    with pytest.raises(UsageError, match=r"the connection ended after 100000 of .*goes on where"):
        download(wanted(server), tmp_path / "m.onnx")
    assert names_in(tmp_path) == [part_of(tmp_path / "m.onnx").name]
    server.drop_after, before = [], server.sent
    download(wanted(server), tmp_path / "m.onnx")
    assert server.sent - before == len(CONTENT) - 100_000


def test_a_part_of_something_else_does_not_become_the_file(server: Server, tmp_path: Path) -> None:
    part_of(tmp_path / "m.onnx").write_bytes(b"other" * 100)
    with pytest.raises(UsageError, match="thrown away"):
        download(wanted(server), tmp_path / "m.onnx")
    download(wanted(server), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


def test_the_next_address_goes_on_where_one_that_keeps_failing_ended(
    server: Server, tmp_path: Path
) -> None:
    with serving(CONTENT) as first:
        first.drop_after = [100_000, *[0] * 20]
        urls = [f"{first.url}/first", f"{server.url}/second"]
        download(wanted(server, urls=urls), tmp_path / "m.onnx")
    assert server.asked == ["bytes=100000-"]
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


def test_a_web_page_in_between_does_not_throw_away_what_came(
    server: Server, tmp_path: Path
) -> None:
    server.drop_after = [100_000, *[0] * 20]
    with pytest.raises(UsageError, match="goes on where"):
        download(wanted(server), tmp_path / "m.onnx")
    with serving(b"<html>log in first") as portal:
        portal.ranges = False
        with pytest.raises(UsageError, match=r"is a web page.*goes on where"):
            download(wanted(portal), tmp_path / "m.onnx")
    assert part_of(tmp_path / "m.onnx").stat().st_size == 100_000


@pytest.mark.parametrize("size", [None, len(CONTENT)])
def test_an_answer_in_chunks_is_taken(server: Server, tmp_path: Path, size: int | None) -> None:
    server.chunked = True
    server.drop_after = [100_000]
    download(wanted(server, size=size), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT
    assert server.asked == ["", f"bytes={100_000}-"]


def test_a_file_of_unknown_size_that_breaks_off_is_taken_up_again(
    server: Server, tmp_path: Path
) -> None:
    """The length of the rest is not that of the whole."""
    totals = set()
    server.drop_after = [300_000, 100_000]
    target = tmp_path / "m.onnx"
    download(wanted(server, size=None), target, lambda _have, total: totals.add(total))
    assert target.read_bytes() == CONTENT
    assert totals == {len(CONTENT)}
    assert server.asked == ["", "bytes=300000-", "bytes=400000-"]


OLD, NEW = "Mon, 01 Jan 2024 10:00:00 GMT", "Fri, 01 Jan 2100 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "condition"),
    [
        ({"ETag": '"1"'}, '"1"'), ({"Last-Modified": OLD}, OLD),
        ({"ETag": '"1"', "Last-Modified": OLD}, '"1"'),
    ],
)  # fmt: skip
def test_without_a_hash_the_rest_is_taken_only_of_the_same_file(
    server: Server, tmp_path: Path, headers: dict[str, str], condition: str
) -> None:
    server.headers, server.drop_after = headers, [100_000, 50_000]
    assert download(wanted(server, sha256="", size=None), tmp_path / "m.onnx") == SHA256
    assert server.asked == ["", "bytes=100000-", "bytes=150000-"]
    assert server.conditions == ["", condition, condition]


@pytest.mark.parametrize(
    "headers",
    [{}, {"ETag": 'W/"1"', "Last-Modified": OLD}, {"Last-Modified": NEW}, {"Last-Modified": "?"}],
)
def test_if_nothing_tells_that_it_is_the_same_file_it_is_begun_anew(
    server: Server, tmp_path: Path, headers: dict[str, str]
) -> None:
    server.headers, server.drop_after = headers, [100_000]
    assert download(wanted(server, sha256="", size=None), tmp_path / "m.onnx") == SHA256
    assert server.asked == ["", ""]


@pytest.mark.parametrize("drop_after", [[100_000], [100_000, 0]])
def test_two_versions_of_a_file_are_not_mixed(
    server: Server, tmp_path: Path, drop_after: list[int]
) -> None:
    server.headers, server.drop_after = {"ETag": '"1"'}, drop_after
    server.change = changed = CONTENT[::-1]
    found = download(wanted(server, sha256="", size=None), tmp_path / "m.onnx")
    assert found == hashlib.sha256(changed).hexdigest()
    assert server.conditions[:2] == ["", '"1"']


def test_a_rest_that_says_it_is_of_another_version_is_not_taken(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urllib.request.Request, "add_header", _without_condition)
    server.headers, server.drop_after = {"ETag": '"1"'}, [100_000]
    server.change = changed = CONTENT[::-1]
    found = download(wanted(server, sha256="", size=None), tmp_path / "m.onnx")
    assert found == hashlib.sha256(changed).hexdigest()
    assert server.asked == ["", "bytes=100000-", ""]


def _without_condition(request: urllib.request.Request, key: str, val: str) -> None:
    """As if the server did not know If-Range."""
    if key != "If-Range":
        request.headers[key.capitalize()] = val


def test_another_part_than_the_missing_one_is_not_appended(server: Server, tmp_path: Path) -> None:
    server.headers, server.drop_after, server.shift = {"ETag": '"1"'}, [100_000], 10
    assert download(wanted(server, sha256="", size=None), tmp_path / "m.onnx") == SHA256
    assert server.asked == ["", "bytes=100000-", ""]


def test_without_a_hash_nothing_is_continued(server: Server, tmp_path: Path) -> None:
    any_of_it = wanted(server, sha256="", size=None)
    assert download(any_of_it, tmp_path / "m.onnx") == SHA256
    assert download(any_of_it, tmp_path / "m.onnx") == SHA256
    assert server.asked == ["", ""]


def test_a_killed_process_loses_nothing_that_came(server: Server, tmp_path: Path) -> None:
    server.pause_s = 0.02
    code = (
        "import sys; from pathlib import Path; from edgetop.zoo.download import Wanted, download;"
        "download(Wanted([sys.argv[1]], sys.argv[2], int(sys.argv[3])), Path(sys.argv[4]))"
    )
    command = [sys.executable, "-c", code, *wanted(server).urls, SHA256, str(len(CONTENT))]
    process = subprocess.Popen([*command, str(tmp_path / "m.onnx")])
    while not server.sent > 100_000:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = part_of(tmp_path / "m.onnx").stat().st_size
    assert kept > 50_000
    server.pause_s = 0.0
    download(wanted(server), tmp_path / "m.onnx")
    assert server.asked[-1] == f"bytes={kept}-"
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "headers", "have", "total"),
    [
        (200, {"Content-Length": "500"}, 0, 500),
        (206, {"Content-Length": "400", "Content-Range": "bytes 100-499/500"}, 100, 500),
        (206, {"Content-Range": "bytes 100-499/500"}, 100, 500),
        (206, {"Content-Length": "400", "Content-Range": "bytes 100-499/*"}, 100, 500),
        (200, {"Content-Length": "9" * 5000}, 0, int("9" * 30)),
        (200, {"Content-Length": "-5"}, 0, None),
        (200, {}, 0, None),
    ],
)
def test_what_is_told_of_the_whole(
    status: int, headers: dict[str, str], have: int, total: int | None
) -> None:
    assert answers.total(SimpleNamespace(status=status, headers=headers), have) == total
