"""The page of a report: one file, nothing from outside, and names that stay names."""

from __future__ import annotations

import json
import re
import sys
import time
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
import reported
from markdown_it import MarkdownIt

from edgetop import reference
from edgetop.errors import UsageError
from edgetop.export.markdown import escaped
from edgetop.study.report import page, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgetop.results import Results

BOARDS = ("bianco/titan-xp", "bianco/jetson-tx1")
READER = MarkdownIt("gfm-like", {"html": True})
READER.linkify.set({"fuzzy_link": False}).add("//", None)  # as GitHub does
LARGEST_BYTES = 8_000_000
LONGEST_BUILD_S = 10.0


def html_of(results: Sequence[Results], **more: str) -> str:
    pytest.importorskip("plotly")
    return written.report(results, kind="html", made_unix_s=0.0, **more)


@pytest.fixture(scope="module")
def hostile() -> str:
    return html_of([reported.hostile(), reported.own()], title=reported.HOSTILE)


class Tags(HTMLParser):
    """All start tags of a page with their attributes, and the text of its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_it_is_one_file_that_loads_nothing(hostile: str) -> None:
    tags = Tags(hostile)
    for tag, attributes in tags.found:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form")
        assert not {"src", "srcset", "action", "data"} & set(attributes), tag
        assert (attributes.get("href") or "#").startswith("#")
        assert not [name for name in attributes if name.startswith("on")]
    style = hostile[hostile.index("<style>") : hostile.index("</style>")]
    assert "url(" not in style and "@import" not in style


def test_a_policy_lets_only_the_two_scripts_run(hostile: str) -> None:
    tags = Tags(hostile)
    (policy,) = [a["content"] for a in tags.of("meta") if "http-equiv" in a]
    assert policy is not None
    assert "default-src 'none'" in policy
    assert len(re.findall(r"'sha256-[A-Za-z0-9+/=]{44}'", policy)) == 2
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert len(tags.of("script")) == 3, "data, library and page"


def test_it_can_be_read_by_people_and_machines(hostile: str) -> None:
    tags = Tags(hostile)
    assert tags.of("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in tags.of("meta")
    assert len(tags.of("title")) == len(tags.of("h1")) == len(tags.of("main")) == 1
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(set(ids)) == len(ids)
    targets = [(a["href"] or "")[1:] for a in tags.of("a")]
    assert len(targets) >= 15
    assert set(targets) <= set(ids)
    inside = {a.get("class") for a in tags.of("div")}
    assert "scroll" in inside


def test_hostile_names_stay_text_in_the_page(hostile: str) -> None:
    assert not Tags(hostile).of("img")
    assert "window.pwned" in hostile, "the name is there"
    assert "<script>window.pwned" not in hostile
    assert "<b>|" not in hostile


def test_hostile_names_cannot_end_the_script_with_the_data(hostile: str) -> None:
    text = Tags(hostile).scripts[0]
    assert not set("<>&") & set(text)
    figures = json.loads(text)
    names = [n for trace in figures["time-by-batch"]["data"] for n in trace.get("customdata", ())]
    shown = [name for name in names if "pwned" in name]
    assert shown
    assert all("<" not in name and "&lt;/script&gt;" in name for name in shown)


def test_templates_of_hover_texts_are_ours_alone(hostile: str) -> None:
    figures = json.loads(Tags(hostile).scripts[0])
    templates = [
        t["hovertemplate"] for f in figures.values() for t in f["data"] if "hovertemplate" in t
    ]
    assert len(templates) >= 9
    assert not [template for template in templates if "pwned" in template]


def test_all_text_of_charts_is_made_plain() -> None:
    told = page.chart_text(
        {"name": "<b>&", "list": ["<i>", 1, None], "deep": {"title": "a&b"}, "hovertemplate": "<b>"}
    )
    assert told == {
        "name": "&lt;b&gt;&amp;",
        "list": ["&lt;i&gt;", 1, None],
        "deep": {"title": "a&amp;b"},
        "hovertemplate": "<b>",
    }


def test_three_thousand_points_are_built_fast_and_stay_small() -> None:
    results = reported.many(3000)
    assert sum(len(item.points) for item in results) == 3000
    began_s = time.perf_counter()
    text = html_of(results)
    assert time.perf_counter() - began_s < LONGEST_BUILD_S
    assert len(text.encode()) < LARGEST_BYTES


def test_without_plotly_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(
        UsageError, match=r'plotly: pip install "edgetop\[report\]"; --format md'
    ) as refused:
        written.report([reported.own()], kind="html", made_unix_s=0.0)
    assert "\n" not in refused.value.message
    assert written.report([reported.own()], kind="md", made_unix_s=0.0).startswith("## ")


def test_results_without_points_are_refused() -> None:
    from dataclasses import replace

    with pytest.raises(UsageError, match="nothing to report"):
        written.report([replace(reported.own(), points=())], kind="md", made_unix_s=0.0)


def test_markdown_has_models_by_batches_conditions_and_claims() -> None:
    results = [reference.load(name) for name in BOARDS]
    text = written.report(results, kind="md", made_unix_s=0.0)
    assert "| board | model | ms, batch 1 | ms, batch 2 |" in text
    assert re.search(
        r"^\| NVIDIA Jetson TX1 \| AlexNet \| 28\.9 \|.*\| out of memory \|$", text, re.MULTILINE
    )
    assert "#### Conditions and sources" in text
    assert "| claim | verdict |" in text
    assert "Made by edgetop" in text and "1970-01-01 00:00 UTC" in text
    assert len(text) < 65_536, "an issue on GitHub takes no more"


def test_hostile_names_stay_text_in_markdown() -> None:
    text = written.report([reported.hostile()], kind="md", title=reported.HOSTILE, made_unix_s=0.0)
    assert escaped(reported.HOSTILE) in text
    html = READER.render(text)
    for tag in ("<script", "<img", "<a ", "<b>", "<code>|"):
        assert tag not in html.lower()
    table = html[html.index("<table>") : html.index("</table>")]
    columns = len(re.findall("<th[ >]", table))
    assert table.count("<td") == columns * (table.count("<tr>") - 1)
