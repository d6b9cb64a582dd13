"""Which addresses are asked, how, and what is told of them."""

from __future__ import annotations

import shutil
import subprocess
import urllib.request
from typing import TYPE_CHECKING

import fetching
import pytest
from fetching import CONTENT, names_in, wanted
from model_server import Server, serving

from edgetop.errors import UsageError
from edgetop.zoo import download as module
from edgetop.zoo.addresses import AddressError, Redirects, shown, usable
from edgetop.zoo.download import download

if TYPE_CHECKING:
    from pathlib import Path


server, quick_fetching = fetching.server, fetching.quick_fetching
pytestmark = pytest.mark.usefixtures("quick_fetching")


def test_redirects_are_followed_but_not_in_a_circle(server: Server, tmp_path: Path) -> None:
    with serving(b"") as first:
        first.redirect = f"{server.url}/m.onnx"
        download(wanted(first), tmp_path / "m.onnx")
        assert (tmp_path / "m.onnx").read_bytes() == CONTENT
        first.redirect = f"{first.url}/m.onnx"
        with pytest.raises(UsageError, match=r"answers 302"):
            download(wanted(first), tmp_path / "circle.onnx")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate of this machine with its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", f"{path}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + path.with_name("both.pem.crt").read_text())
    return path


def test_a_protected_server_does_not_lead_to_an_open_one(
    server: Server, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(CONTENT, certificate) as protected:
        download(wanted(protected), tmp_path / "m.onnx")
        protected.redirect = f"{server.url}/m.onnx?key=secret"
        with pytest.raises(UsageError, match="leads to an address that is not protected") as told:
            download(wanted(protected), tmp_path / "other.onnx")
    assert "secret" not in told.value.message
    assert server.paths == []
    assert names_in(tmp_path) == ["m.onnx"]


def test_a_certificate_that_nobody_knows_is_not_believed(certificate: Path, tmp_path: Path) -> None:
    with (
        serving(CONTENT, certificate) as protected,
        pytest.raises(UsageError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        download(wanted(protected), tmp_path / "m.onnx")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("https://host/m?key=secret", "http://host/m?key=secret", "not protected"),
        ("http://host/m?key=secret", "ftp://host/m?key=secret", "not used, ftp://host/m"),
        ("http://host/m", "http://me:secret@host/m", "not used, http://host/m"),
    ],
)
def test_redirects_that_are_not_followed(old: str, new: str, words: str) -> None:
    request = urllib.request.Request(old)
    with pytest.raises(AddressError, match=words) as told:
        Redirects().redirect_request(request, None, 302, "", {}, new)
    assert "secret" not in told.value.message


@pytest.mark.parametrize(
    "place",
    ["ftp://127.0.0.1/m?key=secret", "file:///etc/secret", "http://[secret", "http://a b/?secret"],
)
def test_a_server_that_leads_to_no_web_address_is_left(
    server: Server, tmp_path: Path, place: str
) -> None:
    with serving(b"") as first:
        first.redirect = place
        with pytest.raises(UsageError) as told:
            download(wanted(first), tmp_path / "m.onnx")
        assert len(first.paths) == 1
        assert "secret" not in told.value.message
        urls = [*wanted(first).urls, *wanted(server).urls]
        download(wanted(server, urls=urls), tmp_path / "m.onnx")
    assert (tmp_path / "m.onnx").read_bytes() == CONTENT


def test_what_the_libraries_say_of_a_malformed_address_is_not_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "usable", lambda url: url)
    for url in (
        f"{server.url}/m.onnx?key=sec ret",
        "http://host:secret/",
        f"{server.url}/\xe9?secret",
    ):
        with pytest.raises(UsageError, match="is malformed") as told:
            download(wanted(server, urls=[url]), tmp_path / "m.onnx")
        assert "sec" not in told.value.message


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


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://host:8443/a%20b/c.onnx?x=%2F&y=a+b#part", "https://host:8443/a%20b/c.onnx?x=%2F&y=a+b"),
        ("HTTP://Host/a b?c d", "http://host/a%20b?c%20d"),
        ("http://host/mod\xe8le/\u6a21.onnx?q=\xe9", "http://host/mod%C3%A8le/%E6%A8%A1.onnx?q=%C3%A9"),
        ("http://host/\udce9", "http://host/%E9"),
        ("http://host/100%/%zz/%4A", "http://host/100%25/%25zz/%4A"),
        ("http://b\xfccher.example/m", "http://xn--bcher-kva.example/m"),
        ("http://[::1]:80/m", "http://[::1]:80/m"),
        ("http://under_score.example./m", "http://under_score.example./m"),
    ],
)  # fmt: skip
def test_addresses_are_asked_for_in_ascii(url: str, asked: str) -> None:
    assert usable(url) == asked
    assert usable(asked) == asked


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/", "file:///etc/passwd", "host/m.onnx", "http:///m", "http://[", "http://h:port/",
        "http://h:99999/", "http://a b/", "http://a..b/", f"http://{'a' * 64}.example/",
        "http://a%20b/", "http://a\u2100b/", "http://host/\ud800", "http://me:x@host/", "",
    ],
)  # fmt: skip
def test_addresses_that_can_be_none_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(AddressError) as told:
        usable(url)
    assert "\n" not in told.value.message
