"""TOML by the standard library, or by its forerunner where Python is older than 3.11."""

from __future__ import annotations

import sys
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]


def parse(text: str) -> dict[str, Any]:
    """The table that a TOML text describes.

    Raises:
        ValueError: It is not TOML; the message says where.
    """
    table: dict[str, Any] = tomllib.loads(text)
    return table
