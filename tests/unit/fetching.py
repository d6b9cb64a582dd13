"""A file that tests fetch, and where it lies meanwhile."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from edgetop.zoo.download import Wanted

if TYPE_CHECKING:
    from pathlib import Path

    from model_server import Server

CONTENT = b"\x08\x07" + bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def wanted(server: Server, **changes: object) -> Wanted:
    return Wanted([f"{server.url}/m.onnx"], SHA256, len(CONTENT))._replace(**changes)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def part_of(target: Path) -> Path:
    return target.with_name(f".{SHA256[:24]}.part")
