"""Files are fetched whole and verified, whatever the server does."""

from __future__ import annotations

import fcntl
import hashlib
import socket
import threading
from collections import namedtuple
from types import SimpleNamespace
from typing import TYPE_CHECKING

import fetching
import pytest
from fetching import CONTENT, SHA256, names_in, part_of, wanted
from model_server import Server, serving

from edgetop.errors import UsageError
from edgetop.zoo import download as module
from edgetop.zoo import parts
from edgetop.zoo.download import Wanted, download

if TYPE_CHECKING:
    from pathlib import Path


server, quick_fetching = fetching.server, fetching.quick_fetching
pytestmark = pytest.mark.usefixtures("quick_fetching")


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
    assert names_in(tmp_path) == []


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


def test_an_address_where_nobody_is_is_left_at_once_for_the_next(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_up(host: str, *rest: object, **more: object) -> object:
        if host == "nobody.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *rest, **more)

    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=lambda _: pytest.fail("waited")))
    urls = ["http://127.0.0.1:9/first", "http://nobody.invalid/m.onnx", f"{server.url}/second"]
    download(wanted(server, urls=urls), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


def test_without_a_network_the_last_address_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_up(*_: object, **_more: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=lambda _: pytest.fail("waited")))
    with pytest.raises(UsageError, match=r"m\.onnx: Name or service not known$"):
        download(Wanted(["http://nobody.invalid/m.onnx"], "", None), tmp_path / "m.onnx")


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><p>login", b"version https://git-lfs.github.com/spec/v1\noid", CONTENT[::-1]],
)
def test_an_address_with_something_else_is_left_for_the_next(
    server: Server, tmp_path: Path, content: bytes
) -> None:
    with serving(content) as first:
        urls = [f"{first.url}/first", f"{server.url}/second"]
        download(wanted(server, urls=urls), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


def test_if_no_address_brings_it_each_is_told_in_one_line(server: Server, tmp_path: Path) -> None:
    server.statuses = [404]
    urls = [f"{server.url}/first?key=secret", "http://127.0.0.1:9/second?key=secret"]
    with pytest.raises(
        UsageError, match=r"first answers 404 Not Found; .*/second: .*refused$"
    ) as told:
        download(wanted(server, urls=urls), tmp_path / "m.onnx")
    assert "secret" not in told.value.message
    assert "\n" not in told.value.message
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("told", [1001, 10**18])
def test_too_great_a_length_is_refused_at_once(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: int
) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    server.length, server.pause_s = told, 2.0
    with pytest.raises(UsageError, match=f"about to send {told} bytes, more than the 1000"):
        download(wanted(server, sha256="", size=None), tmp_path / "m.onnx")
    assert (server.sent, len(server.asked), names_in(tmp_path)) == (0, 1, [])


def test_nothing_is_no_model(server: Server, tmp_path: Path) -> None:
    server.content = b""
    with pytest.raises(UsageError, match="is empty"):
        download(wanted(server, sha256="", size=None), tmp_path / "m.onnx")


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
    monkeypatch.setattr(parts.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(UsageError, match="the disk has room for 0 MiB"):
        download(wanted(server), tmp_path / "m.onnx")


def test_two_do_not_write_into_each_other(server: Server, tmp_path: Path) -> None:
    with part_of(tmp_path / "m.onnx").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="by another edgetop"):
            download(wanted(server), tmp_path / "m.onnx")


def test_a_part_that_got_its_name_meanwhile_is_left_alone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another edgetop ends between our opening of the part and our lock on it."""
    target = tmp_path / "m.onnx"

    def late(file: object, how: int) -> None:
        if not target.exists():
            part_of(target).write_bytes(CONTENT)
            part_of(target).replace(target)
        lock(file, how)

    lock = fcntl.flock
    monkeypatch.setattr(parts.fcntl, "flock", late)
    assert download(wanted(server), target) == SHA256
    assert target.read_bytes() == CONTENT
    assert names_in(tmp_path) == ["m.onnx"]
    assert server.asked == []


def test_an_unknown_file_that_got_its_name_meanwhile_is_not_emptied(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs.onnx"

    def late(file: object, how: int) -> None:
        if not theirs.exists():
            (part,) = tmp_path.iterdir()
            part.write_bytes(b"theirs")
            part.replace(theirs)
        lock(file, how)

    lock = fcntl.flock
    monkeypatch.setattr(parts.fcntl, "flock", late)
    assert download(wanted(server, sha256="", size=None), tmp_path / "m.onnx") == SHA256
    assert names_in(tmp_path) == [f"{SHA256}.onnx", "theirs.onnx"]
    assert theirs.read_bytes() == b"theirs"


def test_two_unknown_files_at_once_do_not_meet(server: Server, tmp_path: Path) -> None:
    other = CONTENT[::-1]
    found: list[str] = []
    with serving(other) as second:
        second.pause_s = server.pause_s = 0.005
        any_of_them = [wanted(at, sha256="", size=None) for at in (server, second)]
        threads = [
            threading.Thread(target=lambda at=at: found.append(download(at, tmp_path / "u.onnx")))
            for at in any_of_them
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(found) == {SHA256, hashlib.sha256(other).hexdigest()}
    assert names_in(tmp_path) == sorted(f"{sha256}.onnx" for sha256 in found)
    assert (tmp_path / f"{SHA256}.onnx").read_bytes() == CONTENT


def test_a_folder_that_cannot_be_written_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write into .*/file"):
        download(wanted(server), tmp_path / "file" / "m.onnx")
