"""`edgetop models pull` and models named by an address, in real processes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tiny_models

sys.path.append(str(Path(__file__).parents[1] / "unit"))
from model_server import Server, serving

from edgetop import cli, locations
from edgetop.session.facts import without_secrets
from edgetop.zoo import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tiny_models.relu(tmp_path / "relu.onnx").read_bytes()) as plan:
        yield plan


@pytest.fixture
def entry(server: Server, monkeypatch: pytest.MonkeyPatch) -> manifest.Pretrained:
    """A model of the zoo that is small enough for a test."""
    sha256 = hashlib.sha256(server.content).hexdigest()
    known = manifest.Pretrained(
        "tiny-7", "validated/tiny/model/tiny-7.onnx", len(server.content), sha256, "Tiny", 12.5,
        "7", "fp32",
    )  # fmt: skip
    monkeypatch.setattr(manifest, "pretrained", lambda: (known,))
    monkeypatch.setenv("EDGETOP_MODELS_URL", server.url)
    return known


def edgetop(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgetop", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_the_list_names_all_166_files_with_their_hashes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["models", "pull", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 166
    assert all(len(row["sha256"]) == 64 and row["size_bytes"] > 0 for row in rows)
    assert len({row["name"].lower() for row in rows}) == 166
    assert cli.main(["models", "pull", "--list"]) == 0
    assert "squeezenet1.1-7 " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("squeezenet1.1", "there are squeezenet1.1-7"),
        ("resnet50-v1-7x", "there are resnet50-v1-7"),
        ("zzz", "'edgetop models pull --list' lists all"),
        ("", "name a model to fetch"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_what_is_near(
    name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "pull", name]) == 2
    assert words in capsys.readouterr().err


def test_a_pulled_model_can_be_run_by_its_name(
    entry: manifest.Pretrained, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "pull", "TINY-7.onnx"]) == 0
    assert "hash verified" in capsys.readouterr().out
    assert server.paths == [f"/{entry.path}"]
    assert (locations.user_models_dir() / "tiny-7.onnx").read_bytes() == server.content
    assert cli.main(["models", "pull", "tiny-7"]) == 0
    assert "there already" in capsys.readouterr().out
    assert len(server.paths) == 1
    done = edgetop("run", "--model", "tiny-7", "--headless", "--duration", "0.2", "--no-record")
    assert done.returncode == 0


def test_a_model_may_be_named_as_the_zoo_does(
    entry: manifest.Pretrained, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "pull", "tiny"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("Tiny: the file tiny-7 (opset 7, fp32)\n")
    assert (locations.user_models_dir() / "tiny-7.onnx").read_bytes() == server.content


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("SqueezeNet 1.1", "squeezenet1.1-7"),
        (" squeezenet  1.0", "squeezenet1.0-12"),
        ("SQUEEZENET 1.0-QDQ", "squeezenet1.0-13-qdq"),
        ("MobileNet v2-1.0", "mobilenetv2-10"),
        ("alexnet", "bvlcalexnet-12"),
        ("bvlcalexnet-3.onnx", "bvlcalexnet-3"),
    ],
)
def test_of_a_model_the_newest_plain_file_is_taken(name: str, file: str) -> None:
    assert manifest.find(name).name == file


def test_files_of_a_model_that_none_is_best_of_are_listed(
    entry: manifest.Pretrained, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    two = (entry, dataclasses.replace(entry, name="tiny-7b"))
    monkeypatch.setattr(manifest, "pretrained", lambda: two)
    assert cli.main(["models", "pull", "Tiny"]) == 2
    assert "the model Tiny has several files, name one: tiny-7, tiny-7b" in capsys.readouterr().err


def test_another_file_of_that_name_is_kept(
    entry: manifest.Pretrained, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.onnx"
    mine.write_text("mine")
    assert cli.main(["models", "pull", entry.name, "-o", str(mine)]) == 2
    assert "--force" in capsys.readouterr().err
    assert mine.read_text() == "mine"
    assert cli.main(["models", "pull", entry.name, "-o", str(mine), "--force"]) == 0
    assert mine.read_bytes() == server.content


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://host/", "must begin with http"),
        ("https://me:secret@host/", "user or password"),
        ("https://[", "must begin with http"),
        ("https://a..b/?key=secret", "a server cannot have that name"),
    ],
)
def test_addresses_that_are_not_taken(
    entry: manifest.Pretrained, url: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["models", "pull", entry.name, "--from", url]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "secret" not in told


def test_a_model_at_an_address_is_run_only_with_its_hash(server: Server) -> None:
    url = f"{server.url}/a%20b/relu.onnx?key=secret"
    sha256 = hashlib.sha256(server.content).hexdigest()
    quick = ("--headless", "--duration", "0.2", "--no-record", "--json")
    first = edgetop("--model", url, *quick)
    assert (first.returncode, first.stdout) == (2, "")
    assert first.stderr.endswith(f"add --sha256 {sha256}\n")
    second = edgetop("--model", url, "--sha256", sha256.upper(), *quick)
    assert second.returncode == 0
    assert json.loads(second.stdout.splitlines()[-1])["model"] == "relu"
    assert len(server.paths) == 1
    assert "secret" not in first.stderr + second.stderr + second.stdout
    wrong = edgetop("--model", url, "--sha256", "0" * 64, *quick)
    assert wrong.returncode == 2
    assert "it is thrown away" in wrong.stderr


def test_the_second_place_of_the_zoo_is_asked_if_nobody_is_at_the_first(
    entry: manifest.Pretrained, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDGETOP_MODELS_URL")
    monkeypatch.setattr(manifest, "BASES", ("http://127.0.0.1:9/", f"{server.url}/second/"))
    assert cli.main(["models", "pull", entry.name]) == 0
    assert server.paths == [f"/second/{entry.path}"]


def test_an_address_may_have_other_letters_and_blanks(server: Server) -> None:
    sha256 = hashlib.sha256(server.content).hexdigest()
    quick = ("--sha256", sha256, "--headless", "--duration", "0.2", "--no-record", "--json")
    done = edgetop("--model", f"{server.url}/mod\xe8le/\xe9 1.onnx?key=sec ret", *quick)
    assert (done.returncode, "secret" in done.stderr) == (0, False)
    assert json.loads(done.stdout.splitlines()[-1])["model"] == "\xe9 1"
    assert server.paths == ["/mod%C3%A8le/%C3%A9%201.onnx?key=sec%20ret"]


@pytest.mark.parametrize(
    "place", ["http://a..b", "http://a b", "http://host:port", "http://\u2100"]
)
def test_an_address_that_can_be_none_is_one_line(place: str) -> None:
    done = edgetop("--model", f"{place}/m.onnx?key=secret", "--headless")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "secret" not in done.stderr


def test_a_file_may_be_asked_for_its_hash_too(server: Server, tmp_path: Path) -> None:
    path = str(tmp_path / "relu.onnx")
    quick = ("--headless", "--duration", "0.2", "--no-record")
    sha256 = hashlib.sha256(server.content).hexdigest()
    assert edgetop("--model", path, "--sha256", sha256, *quick).returncode == 0
    for other, words in (("0" * 64, "has not the hash"), ("abc", "64 hexadecimal digits")):
        done = edgetop("--model", path, "--sha256", other, *quick)
        assert done.returncode == 2
        assert words in done.stderr


def test_an_interrupted_fetch_says_how_to_go_on() -> None:
    with serving(b"\x08\x07" + bytes(1 << 20)) as server:
        server.pause_s = 0.05
        sha256 = hashlib.sha256(server.content).hexdigest()
        command = [sys.executable, "-m", "edgetop", "--model", f"{server.url}/m.onnx"]
        process = subprocess.Popen(
            [*command, "--sha256", sha256, "--headless"], stderr=subprocess.PIPE, text=True
        )
        while server.sent < 100_000:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGINT)
        told = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert told == "edgetop: interrupted; the same command goes on where this one ended\n"
    (part,) = (locations.cache_dir() / "pulled").iterdir()
    assert part.stat().st_size > 50_000


def test_no_secret_of_an_address_is_recorded() -> None:
    line = "edgetop --model https://me:pw@host/a.onnx?token=x#y --sha256 12 --from http://h/b"
    assert (
        without_secrets(line) == "edgetop --model https://host/a.onnx --sha256 12 --from http://h/b"
    )
