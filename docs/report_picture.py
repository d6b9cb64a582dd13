"""Draws the report's picture for the README in a real browser: `python docs/report_picture.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "unit")]

from browser import Browser, executable  # noqa: E402

from edgetop import reference  # noqa: E402
from edgetop.study.report import written  # noqa: E402

BOARDS = tuple(
    f"deepdetect/{name}" for name in ("gtx-1080-ti", "jetson-tx1", "jetson-tk1", "raspberry-pi-3")
)
PICTURE = ROOT / "docs" / "pictures" / "report.png"
WIDTH_PX, HEIGHT_PX = 900, 735


def main() -> int:
    """Draw one board among its neighbours, where there is a browser."""
    if executable() is None:
        print(f"{PICTURE.name} stays as it is: drawing it needs Chromium")
        return 0
    results = [reference.load(name) for name in BOARDS]
    text = written.report(results, kind="html", highlighted=BOARDS[1], made_unix_s=0.0)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder) / "report.html"
        page.write_text(text, encoding="utf-8")
        with Browser(Path(folder) / "profile", width_px=WIDTH_PX) as browser:
            browser.resize(WIDTH_PX, HEIGHT_PX)
            browser.open(page, "document.documentElement.dataset.drawn")
            browser.evaluate("document.getElementById('accuracy-throughput').scrollIntoView()")
            browser.picture(PICTURE, whole=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
