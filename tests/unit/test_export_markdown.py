"""The summary of a session that people paste elsewhere, where its text must stay text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hand_made import BOARD, KNOWN, RUN, UNKNOWN, sample
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from edgetop.export.markdown import escaped, summary_markdown
from edgetop.sample import Event, LatencyStats, Ratio, State, Trial, Window

GOLDEN = Path(__file__).parents[1] / "data" / "golden"

FACTS: dict[str, Any] = {
    "session": "20251124-160000-7f",
    "started_unix_s": 1_764_000_000.25,
    "board": "NVIDIA Jetson Orin Nano Developer Kit",
    "release": "JetPack 6.2 (L4T 36.4.3)",
    "versions": {"edgetop": "0.1.0", "python": "3.10.12"},
    "runs": [UNKNOWN, KNOWN],
    "samples": 25,
    "duration_s": 12.5,
    "events": [
        Event(1_764_000_000.25, "run 1: =cmd", mark=""),
        Event(1_764_000_006.0, "run 2: squeezenet_v1.1, batch 4", mark="batch 4"),
    ],
}

READER = MarkdownIt("gfm-like", {"html": True})
# GitHub makes links of www.example.com but not of example.com; this reader knows both or neither.
# Nor does GitHub make any of //example.com.
READER.linkify.set({"fuzzy_link": False}).add("//", None)


def summary(**changes: Any) -> str:
    return summary_markdown(**{**FACTS, **changes})


def as_read(text: str) -> tuple[str, set[str]]:
    """Words and kinds of markup that a reader sees in a cell of a table."""
    tokens = READER.parse(f"| a |\n| --- |\n| x{text}x |\n")
    kinds = {token.type for token in tokens}
    inline = [child for token in tokens for child in token.children or ()]
    return "".join(child.content for child in inline)[1:], kinds | {c.type for c in inline}


def test_the_summary_is_as_it_was() -> None:
    assert summary() == (GOLDEN / "session.md").read_text(encoding="utf-8")


@given(st.text())
@example("a|b")
@example("`a`")
@example("<img src=x onerror=alert(1)>")
@example("[a](http://b.c)")
@example("![a](b)")
@example("http://a.bc www.a.bc a@b.cd @anna #12 mailto:a@b.cd")
@example("HTTPS://a.bc xWWW.a.bc ftp://a.bc")
@example("*a* **b** __c__ _d_ ~~e~~ $f$ &lt; \\")
@example("\x1b[31m\x07a\r\nb\u202ec\u2028d")
@example("~~~|```|---")
@example("*@@mailto:#$")
def test_any_text_is_read_as_itself(text: str) -> None:
    words, kinds = as_read(escaped(text))
    expected = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert words == f"x{expected}x"
    assert kinds <= {
        "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close",
        "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close", "inline",
        "text", "text_special", "code_inline",
    }  # fmt: skip


@given(st.text(min_size=1))
@example("a\n\n# b")
@example("| x |\n| - |")
@example("<script>")
def test_no_text_changes_the_structure(text: str) -> None:
    run = replace(
        RUN, model=text, provider=text, label=text, precision=text, runtime=text, nodes=()
    )
    board = replace(
        BOARD,
        power_mode=text,
        governor=text,
        power=replace(BOARD.power, rails=(text,), covers=text),
    )
    odd = sample(run=run, board=board, state_reason=text, trial=Trial(text, text))
    written = summary(
        session=text, board=text, release=text, versions={text: text}, runs=[odd],
        events=[Event(0.0, text, mark=text)],
    )  # fmt: skip
    assert all(line.isprintable() for line in written.split("\n"))
    tokens = READER.parse(written)
    assert [t.tag for t in tokens if t.type == "heading_open"] == ["h2"]
    assert sum(t.type == "td_open" for t in tokens) == 17
    assert sum(t.type == "list_item_open" for t in tokens) == 8 + 5 + 1
    assert {t.type for t in tokens}.isdisjoint({"html_block", "fence", "code_block", "hr"})
    children = {child.type for t in tokens for child in t.children or ()}
    assert children <= {"text", "text_special", "code_inline", "strong_open", "strong_close"}


def test_what_github_links_without_any_markup_is_cut_by_code() -> None:
    assert escaped("see www.a.bc (WWW.d.ef)") == "see www`.`a.bc (WWW`.`d.ef)"
    assert escaped("@anna #12") == "`@`anna `#`12"


def test_a_name_stays_readable_in_the_source() -> None:
    assert escaped("squeezenet_v1.1-int8 (fp16)") == "squeezenet_v1.1-int8 (fp16)"


def test_what_a_reader_must_know_is_noted() -> None:
    text = summary()
    for words in (
        "Run 2: random weights: timing only",
        "Run 2: 2 of 66 nodes of the graph ran on the CPU",
        "Run 2: 2 records were lost: the latencies are of the others",
        "Run 2: throttled: gpu: software power cap",
        "Run 2: 300 images/s came in; latency is from when each was due",
        "excludes the carrier board",
    ):
        assert words in text


def test_a_percentile_without_enough_inferences_says_how_many_it_needs() -> None:
    few = sample(total=Window(1.0, 80, 80, 80.0, LatencyStats(80, 1.0, 1.0, 1.0, 1.5)))
    assert "Run 2: p99 needs 662 inferences; there were 80" in summary(runs=[few])
    assert "needs 662" not in summary(runs=[KNOWN])


def test_a_clean_run_has_no_notes() -> None:
    run = replace(RUN, label="", nodes=(), instances=1, rate_fps=None)
    clean = sample(run=run, state=State.STEADY, state_reason="", total=replace(KNOWN.total, lost=0))
    assert "Notes:" not in summary(runs=[clean])


def test_a_trial_is_told_with_its_interval() -> None:
    trial = Trial("m, batch 1", "m, batch 4", pairs=8, ratio=Ratio(1.3, 1.25, 1.35, 8))
    text = summary(runs=[UNKNOWN, sample(trial=trial)])
    assert (
        "A m, batch 1, B m, batch 4: B is faster; B / A = 1.300, "
        "95 % interval 1.250 to 1.350, 8 pairs of slices"
    ) in text


def test_only_so_many_events_are_listed_and_the_rest_is_counted() -> None:
    events = [Event(float(n), f"text {n}", mark=f"mark {n}") for n in range(35)]
    text = summary(events=[*events, Event(0.0, "not marked")])
    assert "mark 29: text 29" in text
    assert "mark 30" not in text
    assert text.endswith("- and 5 more\n")
    assert "not marked" not in text


@pytest.mark.parametrize("runs", [[], [UNKNOWN]])
def test_a_session_that_measured_nothing_has_a_summary(runs: list[Any]) -> None:
    text = summary(runs=runs, samples=len(runs), events=[], versions={})
    assert "- **Versions:** unknown" in text
    assert "nan" not in text
    assert ("Power:** not measured: needs permission" in text) == bool(runs)
