"""How many threads an inference has where nobody said a number."""

from __future__ import annotations

import os


def default_threads() -> int:
    """One thread per physical core that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    import psutil

    physical = psutil.cpu_count(logical=False)
    return max(1, min(usable or 1, physical or usable or 1))
