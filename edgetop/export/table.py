"""A session as two CSV files (RFC 4180, UTF-8): one row per sample, one row per run."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from edgetop.errors import UsageError
from edgetop.export import records
from edgetop.export.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from edgetop.sample import Sample

RUN_COLUMNS = (
    "device", "model", "batch_size", "ms_per_image", "fps", "latency_p50_ms", "latency_p90_ms",
    "latency_p99_ms", "latency_max_ms", "inferences", "duration_s", "lost", "provider", "threads",
    "instances", "rate_fps", "precision", "weights", "runtime", "input_shape", "load_s",
    "first_run_ms", "warmup_s", "memory_worker_mib", "power_w", "power_scope", "power_reason",
    "energy_j_per_image", "energy_covered_s", "temperature_c", "state",
)  # fmt: skip
"""One row per run; the first four columns have the shape of the published tables."""

# Also as East Asian spreadsheets read them, behind blanks, which some drop, and behind semicolons,
# at which some countries' spreadsheets cut cells whatever the file's own separator is.
_FORMULA = re.compile(r"(^|;)(?= *[=+\-@＝＋－＠])")
_PARTS = {"vs_a": records.VS_A, "trial": records.TRIAL}


def sample_row(sample: Sample) -> dict[str, Any]:
    """The interval record with nested keys joined: ``latency_p99_ms``, ``memory_worker_mib``."""
    record = records.interval(sample)
    del record["type"]
    row: dict[str, Any] = {}
    for key, value in record.items():
        if key in _PARTS:  # its columns are there while there is nothing in them
            row |= {f"{key}_{part}": (value or {}).get(part) for part in _PARTS[key]}
        elif isinstance(value, dict):
            row |= {_joined(key, part): inner for part, inner in value.items()}
        else:
            row[key] = value
    return row


def _joined(key: str, part: str) -> str:
    """The unit goes last: latency_ms + p99 = latency_p99_ms, power + watts = power_w."""
    if key == "latency_ms":
        return "latency_count" if part == "count" else f"latency_{part}_ms"
    if key == "power" and part == "watts":
        return "power_w"
    return f"{key}_{part}"


def run_row(device: str, sample: Sample) -> dict[str, Any]:
    """The row of one run, from its last sample; see `RUN_COLUMNS`."""
    run, total = sample.run, sample.total
    record = records.summary(sample)
    return {
        "device": device,
        "model": run.model,
        "batch_size": run.batch,
        "ms_per_image": float(f"{1000 / total.fps:.6g}") if total.fps else None,
        **{
            f"latency_{name}_ms": record["latency_ms"][name]
            for name in ("p50", "p90", "p99", "max")
        },
        **{
            name: record[name]
            for name in ("fps", "inferences", "duration_s", "lost", "provider", "threads")
        },
        "instances": run.instances,
        "rate_fps": run.rate_fps,
        "precision": record["precision"],
        "weights": record["weights"],
        "runtime": record["runtime"],
        "input_shape": "; ".join(item.words() for item in run.inputs),
        "load_s": record["load_s"],
        "first_run_ms": record["first_run_ms"],
        "warmup_s": record["warmup_s"],
        "memory_worker_mib": record["memory"]["worker_mib"],
        "power_w": record["power"]["watts"],
        "power_scope": record["power"]["scope"],
        "power_reason": record["power"]["reason"],
        "energy_j_per_image": record["energy_j_per_image"],
        "energy_covered_s": record["energy_covered_s"],
        "temperature_c": record["temperature_c"],
        "state": record["state"],
    }


def to_csv(rows: Iterable[dict[str, Any]], columns: Sequence[str], *, header: bool = True) -> str:
    """Rows as CSV text, below a header line if asked for."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if header:
        writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """A value as a CSV cell: unknown is empty, text that a spreadsheet would run is quoted."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, str):
        line = "".join(c if c.isprintable() else " " for c in value)
        return _FORMULA.sub(r"\1'", line)
    return str(value)


def plain(value: Any) -> Any:
    """A list as one text, anything else as it is."""
    return "; ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def runs_path(path: Path) -> Path:
    """Where the second file goes: ``site.csv`` -> ``site.runs.csv``."""
    stem = path.name.removesuffix(".csv")
    return path.with_name(f"{stem}.runs.csv")


def check_target(path: Path) -> None:
    """Refuse a place that cannot take the files, before anything is measured.

    Raises:
        UsageError: The folder is missing or may not be looked into, or the path is a folder.
    """
    try:
        _check_place(path)
    except OSError as error:
        raise UsageError(f"cannot export to {path}: {error.strerror}") from error


def _check_place(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"cannot export to {path}: it is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise UsageError(f"cannot export to {path}: it is a device or pipe, not a file")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"cannot export to {path}: there is no folder {path.absolute().parent}")


def write_csv(path: Path, samples_csv: Iterable[str], device: str, runs: Sequence[Sample]) -> None:
    """Write both files, each complete or not at all.

    Args:
        path: The file of samples; the runs go beside it, see `runs_path`.
        samples_csv: The text of the first file in pieces.
        device: Name of the board.
        runs: The last sample of every run.

    Raises:
        UsageError: A file cannot be written; what was there before is untouched.
    """
    check_target(path)
    rows = [run_row(device, sample) for sample in runs]
    write_atomically(runs_path(path), [to_csv(rows, RUN_COLUMNS)])
    write_atomically(path, samples_csv)
