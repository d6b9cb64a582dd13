"""`edgetop`, its threads named for the kernel too, so that their times can be told apart.

Python does so by itself from 3.14 on. Run as ``python -m benchmarks.named_threads OPTIONS``.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path

_run = threading.Thread.run


def _run_named(thread: threading.Thread) -> None:
    with contextlib.suppress(OSError):  # the name is an aid; the program must run without
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(thread.name[:15])
    _run(thread)


if __name__ == "__main__":
    threading.Thread.run = _run_named  # type: ignore[method-assign, assignment]
    from edgetop.__main__ import main

    sys.exit(main())
