"""Frozen data as JSON text and back; text that does not fit the type is refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


def to_text(value: Any) -> str:
    """A dataclass, or a tuple of them or of plain values, as JSON; None is ``null``."""
    return json.dumps(value, default=asdict, separators=(",", ":"))


def from_text(kind: type[T], text: str) -> T:
    """What `to_text` wrote, as a value of this type; fields that it does not know are left out.

    Raises:
        ValueError: The text is no JSON, or it is that of something else.
    """
    value = parsed(text)
    try:
        return _converter().structure(value, kind)
    except (TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError(f"not a {getattr(kind, '__name__', kind)}: {error!r}") from error


def parsed(text: str) -> Any:
    """JSON from a file that may come from anywhere, its names and texts fit to be shown.

    Raises:
        ValueError: It is no JSON, or nested without an end.
    """
    try:
        return json.loads(text, object_pairs_hook=_cleaned)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _cleaned(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {clean(key): clean(value) if isinstance(value, str) else value for key, value in pairs}


@lru_cache(4096)
def clean(text: str) -> str:
    """Text from a file, fit to be shown: files come from anywhere, and terminals obey text."""
    plain = text.isprintable() and len(text) <= _LONGEST_TEXT
    return text if plain else safe_text(text[: 2 * _LONGEST_TEXT], _LONGEST_TEXT)


def storable(text: str) -> str:
    """Text as a database takes it: names of files need not be UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


_LONGEST_TEXT = 2000


@cache
def _converter() -> Converter:
    import cattrs  # reading needs it, recording does not

    converter = cattrs.Converter(detailed_validation=False)
    # Only of texts themselves: members of an enumeration are texts, too.
    converter.register_structure_hook_func(
        lambda kind: kind is str, lambda value, _kind: clean(str(value))
    )
    return converter
