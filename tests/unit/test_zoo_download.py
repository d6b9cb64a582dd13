"""Files are fetched whole and verified, whatever the server does."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest
from model_server import Server, serving

from edgetop.errors import UsageError
from edgetop.zoo import download as module
from edgetop.zoo.download import Wanted, download, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = b"\x08\x07" + bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BACKOFF_S", 0.001)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(CONTENT) as plan:
        yield plan


def wanted(server: Server, **changes: object) -> Wanted:
    return Wanted([f"{server.url}/m.onnx"], SHA256, len(CONTENT))._replace(**changes)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def part_of(target: Path) -> Path:
    return target.with_name(f".{SHA256[:24]}.part")


def test_a_file_is_there_when_it_is_whole(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    target = tmp_path / "new" / "m.onnx"
    assert (
        download(wanted(server), target, lambda have, total: seen.append((have, total))) == SHA256
    )
    assert target.read_bytes() == CONTENT
    assert names_in(target.parent) == ["m.onnx"]
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))


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


@pytest.mark.parametrize(
    "length", [len(CONTENT) // 3, len(CONTENT) - 1, len(CONTENT) + 5, 1 << 60, None]
)
def test_a_length_that_is_a_lie_changes_nothing(
    server: Server, tmp_path: Path, length: int | None
) -> None:
    """Too short a length cuts each answer off; the rest is asked for again."""
    server.length = length
    download(wanted(server), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


def test_a_server_that_sends_drop_by_drop_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_ANSWERS", 5)
    server.length = 10
    with pytest.raises(UsageError, match="ended after 50 of"):
        download(wanted(server), tmp_path / "m.onnx")


def test_more_than_was_told_is_refused(server: Server, tmp_path: Path) -> None:
    server.content = CONTENT + bytes(1 << 20)
    with pytest.raises(UsageError, match="sends more than the"):
        download(wanted(server), tmp_path / "m.onnx")
    assert part_of(tmp_path / "m.onnx").stat().st_size == 0


def test_an_endless_answer_has_a_limit(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    server.length = None
    with pytest.raises(UsageError, match="more than the 1000 bytes"):
        download(wanted(server, sha256="", size=None), tmp_path / "m.onnx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><p>login", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "is a Git-LFS pointer"),
        (b"\x1f\x8b\x08", "is a gzip archive"),
    ],
)
def test_what_is_no_model_is_said_to_be_that(
    server: Server, tmp_path: Path, content: bytes, words: str
) -> None:
    server.content = content
    with pytest.raises(UsageError, match=words):
        download(wanted(server), tmp_path / "m.onnx")
    assert not (tmp_path / "m.onnx").exists()


def test_another_content_of_the_same_length_is_thrown_away(server: Server, tmp_path: Path) -> None:
    server.content = CONTENT[:-1] + b"?"
    with pytest.raises(UsageError, match=f"not {SHA256}; it is thrown away"):
        download(wanted(server), tmp_path / "m.onnx")
    assert names_in(tmp_path) == []


def test_a_part_of_something_else_does_not_become_the_file(server: Server, tmp_path: Path) -> None:
    part_of(tmp_path / "m.onnx").write_bytes(b"other" * 100)
    with pytest.raises(UsageError, match="thrown away"):
        download(wanted(server), tmp_path / "m.onnx")
    download(wanted(server), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


def test_errors_that_pass_are_waited_out(server: Server, tmp_path: Path) -> None:
    server.statuses = [503, 500, 429]
    download(wanted(server), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404])
def test_an_address_that_has_nothing_is_left_for_the_next(
    server: Server, tmp_path: Path, status: int
) -> None:
    server.statuses = [status]
    urls = [f"{server.url}/first", f"{server.url}/second"]
    download(wanted(server, urls=urls), tmp_path / "m.onnx")
    assert server.paths == ["/first", "/second"]
    server.statuses = [status, status]
    with pytest.raises(UsageError, match=f"second answers {status}"):
        download(wanted(server, urls=urls), tmp_path / "other.onnx")


def test_redirects_are_followed_but_not_in_a_circle(server: Server, tmp_path: Path) -> None:
    with serving(b"") as first:
        first.redirect = f"{server.url}/m.onnx"
        download(wanted(first), tmp_path / "m.onnx")
        assert (tmp_path / "m.onnx").read_bytes() == CONTENT
        first.redirect = f"{first.url}/m.onnx"
        with pytest.raises(UsageError, match=r"answers 302"):
            download(wanted(first), tmp_path / "circle.onnx")


def test_a_protected_address_does_not_lead_to_an_open_one() -> None:
    request = module.urllib.request.Request("https://host/m.onnx?key=secret")
    with pytest.raises(UsageError, match="not protected") as told:
        module._Redirects().redirect_request(request, None, 302, "", {}, "http://host/m.onnx")
    assert "secret" not in told.value.message


def test_a_server_that_says_nothing_is_not_waited_for_without_end(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TIMEOUT_S", 0.1)
    server.pause_s = 1.0
    with pytest.raises(UsageError, match="timed out"):
        download(wanted(server), tmp_path / "m.onnx")


def test_nobody_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot fetch http://127\.0\.0\.1:9/m\.onnx: .*refused"):
        download(Wanted(["http://127.0.0.1:9/m.onnx?key=1"], SHA256, 5), tmp_path / "m.onnx")


def test_a_proxy_is_asked(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    download(wanted(server, urls=["http://model.example/m.onnx"]), tmp_path / "m.onnx")
    assert server.paths == ["http://model.example/m.onnx"]


def test_a_full_disk_is_said_before_anything_is_written(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")(1 << 10)  # noqa: PYI024
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(UsageError, match="the disk has room for 0 MiB"):
        download(wanted(server), tmp_path / "m.onnx")


def test_two_do_not_write_into_each_other(server: Server, tmp_path: Path) -> None:
    with part_of(tmp_path / "m.onnx").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="by another edgetop"):
            download(wanted(server), tmp_path / "m.onnx")


def test_without_a_hash_nothing_is_continued(server: Server, tmp_path: Path) -> None:
    any_of_it = wanted(server, sha256="", size=None)
    assert download(any_of_it, tmp_path / "m.onnx") == SHA256
    assert download(any_of_it, tmp_path / "m.onnx") == SHA256
    assert server.asked == ["", ""]


def test_a_folder_that_cannot_be_written_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write into .*/file"):
        download(wanted(server), tmp_path / "file" / "m.onnx")


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
    ("url", "words"),
    [
        ("https://me:secret@host.example:8443/a/b.onnx?token=secret#x", "https://host.example:8443/a/b.onnx"),
        ("http://host/\x1b[31m", "http://host/?[31m"),
        ("http://host:port/", "the address"),
    ],
)  # fmt: skip
def test_what_is_shown_of_an_address_is_no_secret(url: str, words: str) -> None:
    assert shown(url) == words
