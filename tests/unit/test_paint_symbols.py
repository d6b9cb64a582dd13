"""Every tier has one character of one cell for everything, and each terminal gets its tier."""

from __future__ import annotations

from dataclasses import fields

import pytest
from rich.cells import cell_len

from edgetop.paint.symbols import ASCII, BLOCK, CONSOLE, TIERS, UNICODE, Symbols, choose
from edgetop.sample import State

NAMES = ("name", "chart", "border")


def characters(tier: Symbols) -> list[str]:
    found: list[str] = []
    for field in fields(tier):
        value = getattr(tier, field.name)
        if field.name not in NAMES:
            found += [value] if isinstance(value, str) else list(value)
    return found


@pytest.mark.parametrize("tier", TIERS.values(), ids=lambda tier: tier.name)
def test_every_symbol_is_one_cell_wide(tier: Symbols) -> None:
    assert {cell_len(char) for char in characters(tier)} == {1}
    assert all(len(char) == 1 for char in characters(tier))


@pytest.mark.parametrize("tier", TIERS.values(), ids=lambda tier: tier.name)
def test_states_differ_by_shape(tier: Symbols) -> None:
    assert len({tier.state(state) for state in State}) == len(State)


@pytest.mark.parametrize("tier", TIERS.values(), ids=lambda tier: tier.name)
def test_scales_have_nine_steps_from_blank_to_full(tier: Symbols) -> None:
    assert len(tier.eighths) == len(tier.partials) == 9
    assert tier.eighths[0] == tier.partials[0] == " "
    assert " " not in tier.eighths[1:] + tier.partials[1:]
    assert tier.bar_full != tier.bar_empty


def test_the_ascii_tier_is_ascii() -> None:
    assert all(char.isascii() for char in characters(ASCII))


def test_the_console_tier_has_only_what_code_page_437_and_debians_fonts_have() -> None:
    special = {char for char in characters(CONSOLE) if not char.isascii()}
    assert special <= set("▄█■•♦↑↓│×°µ·")


@pytest.mark.parametrize(
    ("encoding", "term", "tier"),
    [
        ("utf-8", "xterm-256color", UNICODE),
        ("UTF8", "screen", UNICODE),
        ("utf_8", "tmux-256color", UNICODE),
        ("utf-8", "linux", CONSOLE),
        ("utf-8", "putty-256color", BLOCK),
        ("utf-8", "vt220", ASCII),
        ("utf-8", "dumb", ASCII),
        ("utf-8", "", ASCII),
        ("ascii", "xterm", ASCII),
        ("iso8859-1", "xterm", ASCII),
        ("no such encoding", "xterm", ASCII),
        ("", "xterm", ASCII),
        ("utf\0-8", "xterm", ASCII),
    ],
)
def test_the_tier_follows_encoding_and_terminal(encoding: str, term: str, tier: Symbols) -> None:
    assert choose(encoding, term) is tier
