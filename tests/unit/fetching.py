"""A file that tests fetch, who serves it, and where it lies meanwhile.

Test modules take its fixtures by name: a conftest here would hide that of tests/pty, which is
imported.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from model_server import Server, serving

from edgetop.zoo import download
from edgetop.zoo.download import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = b"\x08\x07" + bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def quick_fetching(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is fetched comes from this machine, and a failed try is followed by the next at once."""
    monkeypatch.setattr(download, "_BACKOFF_S", 0.001)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the file."""
    with serving(CONTENT) as plan:
        yield plan


def wanted(server: Server, **changes: object) -> Wanted:
    return Wanted([f"{server.url}/m.onnx"], SHA256, len(CONTENT))._replace(**changes)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def part_of(target: Path) -> Path:
    return target.with_name(f".{SHA256[:24]}.part")
