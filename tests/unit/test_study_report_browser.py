"""The page of a report in a real browser: drawn, quiet, readable on a phone, dark and light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import browser
import pytest
import reported

from edgetop import reference
from edgetop.study.report import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser import Browser

DRAWN = "document.documentElement.dataset.drawn"
TICKS = (
    "getComputedStyle(document.querySelector('#plot-time-by-batch .xtick text')).fill"
    ".match(/[0-9]+/g).slice(0, 3).map(Number)"
)

pytestmark = pytest.mark.skipif(
    browser.executable() is None, reason="needs Chromium, which is never downloaded"
)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one's own board beside two published ones."""
    pytest.importorskip("plotly")
    boards = [reference.load(name) for name in ("bianco/titan-xp", "bianco/jetson-tx1")]
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(written.report([reported.own(), *boards], kind="html", made_unix_s=0.0))
    return path


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Browser]:
    with browser.Browser(tmp_path / "profile") as started:
        yield started


def is_quiet(chromium: Browser, path: Path) -> bool:
    """No script complained, and the page asked for nothing but itself and what it holds."""
    outside = [a for a in chromium.requests if a != path.as_uri() and not a.startswith("data:")]
    return not chromium.errors and not [a for a in outside if not a.startswith("blob:")]


@pytest.mark.parametrize("width_px", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_every_chart_is_drawn_in_its_reader_s_colours(
    chromium: Browser, report: Path, width_px: int, *, dark: bool
) -> None:
    chromium.resize(width_px)
    chromium.prefer(dark=dark)
    chromium.open(report, DRAWN)
    plots = chromium.evaluate("document.querySelectorAll('.plot').length")
    assert plots == 11
    assert chromium.evaluate(DRAWN) == str(plots)
    bare = "[...document.querySelectorAll('.plot')].filter((p) => !p.querySelector('.main-svg'))"
    assert chromium.evaluate(f"{bare}.length") == 0
    marks = (
        "[...document.querySelectorAll('.plot')].map((p) => p.querySelectorAll('.point').length)"
    )
    assert min(chromium.evaluate(marks)) >= 4
    assert is_quiet(chromium, report), (chromium.errors, chromium.requests)
    assert chromium.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ink = chromium.evaluate(TICKS)
    assert (min(ink) > 200) if dark else (max(ink) < 60)


def test_the_charts_follow_a_change_of_the_reader_s_mind(chromium: Browser, report: Path) -> None:
    chromium.open(report, DRAWN)
    assert max(chromium.evaluate(TICKS)) < 60
    chromium.prefer(dark=True)
    chromium.wait_for(f"Math.min(...{TICKS}) > 200")


def test_labels_do_not_cover_one_another(chromium: Browser, report: Path) -> None:
    chromium.open(report, DRAWN)
    boxes = chromium.evaluate(
        "[...document.querySelectorAll('#plot-accuracy-throughput .textpoint text')]"
        ".filter((text) => text.style.visibility !== 'hidden')"
        ".map((text) => text.getBoundingClientRect())"
        ".map((box) => [box.left, box.top, box.right, box.bottom])"
    )
    assert len(boxes) > 15
    for number, (left, top, right, bottom) in enumerate(boxes):
        for left2, top2, right2, bottom2 in boxes[:number]:
            assert right < left2 or right2 < left or bottom < top2 or bottom2 < top


def test_lines_bear_the_names_of_their_models(chromium: Browser, report: Path) -> None:
    chromium.open(report, DRAWN)
    names = (
        "[...document.querySelectorAll('#plot-energy-by-batch .textpoint text')]"
        ".filter((text) => text.style.visibility !== 'hidden').map((text) => text.textContent)"
    )
    assert sorted(chromium.evaluate(names)) == ["large", "middle", "small", "unrated"]
    chromium.resize(500)  # drawn again
    chromium.wait_for(
        "document.querySelector('#plot-energy-by-batch .main-svg').width.baseVal.value < 500"
    )
    assert sorted(chromium.evaluate(names)) == ["large", "middle", "small", "unrated"]


def test_a_button_hides_a_board_and_shows_it_again(chromium: Browser, report: Path) -> None:
    chromium.open(report, DRAWN)
    button = "document.querySelector('.legend button')"
    shown = "document.querySelectorAll('#plot-time-by-batch .scatterlayer .trace .point').length"
    before = chromium.evaluate(shown)
    chromium.evaluate(f"{button}.click()")
    chromium.wait_for(f"{shown} < {before}")
    assert chromium.evaluate(f"{button}.getAttribute('aria-pressed')") == "false"
    chromium.evaluate(f"{button}.click()")
    chromium.wait_for(f"{shown} === {before}")


def test_it_is_printed_light_and_comes_back_dark(
    chromium: Browser, report: Path, tmp_path: Path
) -> None:
    chromium.prefer(dark=True)
    chromium.open(report, DRAWN)
    chromium.evaluate(
        "addEventListener('beforeprint', () => setTimeout(() => 0)) || "
        f"addEventListener('beforeprint', () => {{ window.printedInk = {TICKS}; }})"
    )
    chromium.printed(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert max(chromium.evaluate("window.printedInk")) < 60
    chromium.wait_for(f"Math.min(...{TICKS}) > 200")
    assert is_quiet(chromium, report), chromium.errors


def test_a_hostile_name_is_shown_and_never_run(chromium: Browser, tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    path = tmp_path / "hostile.html"
    results = [reported.hostile(), reported.own()]
    path.write_text(written.report(results, kind="html", title=reported.HOSTILE, made_unix_s=0.0))
    chromium.open(path, DRAWN)
    hovered = (
        "(Plotly.Fx.hover('plot-time-by-batch', [{curveNumber: 1, pointNumber: 0}]),"
        " document.querySelector('#plot-time-by-batch .hoverlayer').textContent)"
    )
    chromium.wait_for(f"{hovered}.includes('pwned')")
    assert "</script><script>window.pwned = 1</script>" in chromium.evaluate(hovered)
    assert chromium.evaluate("document.title") == " ".join(reported.HOSTILE.split())
    assert chromium.evaluate("typeof window.pwned") == "undefined"
    assert chromium.evaluate("document.querySelectorAll('img, .plot a[*|href]').length") == 0
    assert chromium.evaluate("document.querySelectorAll('script').length") == 3
    assert is_quiet(chromium, path), (chromium.errors, chromium.requests)
