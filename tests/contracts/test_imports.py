"""What is imported when: the start is fast, and edgetop itself never loads the runtime."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_models

from edgetop import cli

ROOT = Path(__file__).resolve().parents[2]

HEAVY = {
    "PIL", "asyncio", "cattrs", "jtop", "numpy", "onnx", "onnxruntime", "plotly", "psutil",
    "pyarrow", "pynvml", "rich", "sqlite3", "textual",
}  # fmt: skip
"""Packages that a start would feel: each costs milliseconds and megabytes."""
OF_THE_BOARD = {"jtop", "psutil", "pynvml"}
"""What reading a board's sensors may take, by what the board is."""
BUDGETS: dict[str, set[str]] = {
    "--version": set(),
    "--help": set(),
    "run --help": set(),
    "models": set(),
    "boards": set(),
    "sensors": OF_THE_BOARD,
    "sensors --json": OF_THE_BOARD,
    "sessions": {"sqlite3"},
}
"""The heavy packages that a command may import."""

_LOADED = "import json, sys; {code}; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after this code."""
    told = subprocess.run(
        [sys.executable, "-c", _LOADED.format(code=code)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(json.loads(told.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("edgetop", {"numpy", "textual", "onnx", "onnxruntime", "argparse"}),
        ("edgetop.cli", {"numpy", "textual", "onnx", "onnxruntime", "pynvml"}),
        ("edgetop.session.live", {"textual", "onnx", "onnxruntime", "rich"}),
        ("edgetop.session.monitor", {"textual", "onnx", "onnxruntime", "rich"}),
        ("edgetop.engine.bare_loop", {"numpy", "textual", "onnx", "onnxruntime"}),
        ("edgetop.selftest.measure", {"textual", "rich", "onnx", "onnxruntime"}),
        ("edgetop.selftest.guard", {"numpy", "psutil", "textual", "onnx", "onnxruntime"}),
        ("edgetop.engine.process", {"textual", "onnx", "onnxruntime"}),
        ("edgetop.engine.worker", {"textual", "rich", "onnx", "onnxruntime"}),
        ("edgetop.paint.chart", {"numpy", "textual", "onnx", "onnxruntime", "edgetop.session"}),
        ("edgetop.paint.histogram", {"numpy", "textual", "onnx"}),
        ("edgetop.readings", {"numpy", "textual", "onnx", "onnxruntime"}),
        ("edgetop.sample", {"numpy", "textual", "onnx", "onnxruntime"}),
        ("edgetop.zoo.resolve", {"numpy", "textual", "onnx", "onnxruntime"}),
        ("edgetop.stats.latency", {"textual", "onnx", "onnxruntime"}),
        ("edgetop.sensors.board", {"textual", "onnx", "onnxruntime"}),
        ("edgetop.reference.points", {"numpy", "textual", "onnx", "onnxruntime"}),
        ("edgetop.cli.boards", {"numpy", "textual", "onnx", "onnxruntime", "edgetop.reference"}),
        ("edgetop.cli.chosen", {"numpy", "textual", "onnx", "onnxruntime", "edgetop.reference"}),
        ("edgetop.cli.best", {"numpy", "textual", "onnx", "onnxruntime", "edgetop.reference"}),
        ("edgetop.cli.claims", {"numpy", "textual", "onnx", "onnxruntime", "edgetop.reference"}),
        ("edgetop.study.best", {"numpy", "textual", "onnx", "onnxruntime"}),
        ("edgetop.study.claims", {"textual", "onnx", "onnxruntime", "rich"}),
        ("edgetop.study.peak", {"textual", "onnx", "onnxruntime"}),
        ("edgetop.study.accuracy", {"textual", "onnx", "onnxruntime", "rich", "PIL"}),
        ("edgetop.study.preprocess", {"numpy", "textual", "onnx", "onnxruntime", "PIL"}),
        ("edgetop.engine.picture_worker", {"textual", "rich", "onnx", "onnxruntime", "PIL"}),
        ("edgetop.study.report.written", {"plotly", "textual", "onnx", "onnxruntime"}),
        ("edgetop.export.table", {"numpy", "textual", "onnx", "onnxruntime"}),
        ("edgetop.cli.compare", {"numpy", "textual", "onnx", "edgetop.reference", "edgetop.study"}),
        ("edgetop.study.beside", {"numpy", "textual", "onnx", "edgetop.reference"}),
        ("edgetop.study.graphs", {"numpy", "textual", "onnx", "onnxruntime", "edgetop.reference"}),
        ("edgetop.ui.app", {"numpy", "onnx", "edgetop.reference", "edgetop.study.graphs"}),
    ],
)
def test_importing_a_part_leaves_heavy_packages_alone(module: str, absent: set[str]) -> None:
    assert not absent & modules_after(f"import {module}")


def imported_by(*arguments: str) -> set[str]:
    """Packages that `edgetop ARGUMENTS` itself imports, by Python's own account of it.

    The option is not handed down: what the model's process imports is not in it.
    """
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "edgetop", *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    account = [line for line in told.stderr.splitlines() if line.startswith("import time:")]
    packages = {line.rpartition("|")[2].strip().partition(".")[0] for line in account}
    assert "edgetop" in packages
    return packages


@pytest.mark.parametrize("command", BUDGETS)
def test_a_command_imports_no_heavy_package_beyond_its_budget(command: str) -> None:
    """What a command does not need it does not import."""
    assert imported_by(*command.split()) & HEAVY <= BUDGETS[command]


def test_a_session_without_a_screen_imports_only_statistics_and_the_database(
    tmp_path: Path,
) -> None:
    """The parent of a headless run has no use for screen, graphs, runtime or typed files."""
    model = tiny_models.relu(tmp_path / "m.onnx")
    loaded = imported_by(
        "--model", str(model), "--headless", "--warmup", "0", "--duration", "0.2"
    )  # fmt: skip
    assert "numpy" in loaded
    assert loaded & HEAVY <= {"numpy", "sqlite3", *OF_THE_BOARD}


def test_looking_at_recorded_sessions_imports_neither_screen_nor_runtime(tmp_path: Path) -> None:
    """A recorded session is read back with numpy and cattrs, nothing else that is heavy."""
    model = tiny_models.relu(tmp_path / "m.onnx")
    arguments = ["--model", str(model), "--headless", "--warmup", "0", "--duration", "0.2"]
    subprocess.run([sys.executable, "-m", "edgetop", *arguments], check=True, cwd=ROOT)
    loaded = imported_by("sessions", "show", "last")
    assert loaded & HEAVY <= {"cattrs", "numpy", "sqlite3"}


def test_every_painter_works_without_numpy_and_textual() -> None:
    names = sorted(path.stem for path in (ROOT / "edgetop" / "paint").glob("*.py"))
    code = "; ".join(f"import edgetop.paint.{name}" for name in names if name != "__init__")
    assert not {"numpy", "textual"} & modules_after(code)


def test_a_whole_session_without_a_screen_never_loads_the_runtime(tmp_path: Path) -> None:
    model = tiny_models.relu(tmp_path / "m.onnx")
    arguments = ["--model", str(model), "--headless", "--warmup", "0", "--duration", "0.2"]
    loaded = modules_after(f"from edgetop.cli import main; assert main({arguments}) == 0")
    assert "edgetop.session.monitor" in loaded
    assert not {"onnxruntime", "onnx", "textual"} & loaded


def test_only_the_module_of_the_given_command_is_imported() -> None:
    loaded = modules_after("from edgetop import cli; cli.parser('replay')")
    assert {f"edgetop.cli.{name}" for name in cli.COMMANDS} & loaded == {"edgetop.cli.replay"}


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["sesions"]])
def test_no_command_is_imported_where_none_is_given(words: list[str]) -> None:
    loaded = modules_after(
        f"from edgetop.cli import main\ntry: main({words})\nexcept SystemExit: pass\n"
        "import json, sys"
    )
    assert not {f"edgetop.cli.{name}" for name in cli.COMMANDS} & loaded


def test_a_start_of_the_screen_brings_nothing_that_it_does_not_need() -> None:
    parts = (
        "cli.run, cli.closing, session.facts, session.recorder, sensors.board, ui.start, ui.live"
    )
    loaded = modules_after("import " + ", ".join(f"edgetop.{part}" for part in parts.split(", ")))
    spared = {"email", "importlib.metadata", "hashlib", "urllib.request", "numpy", "sqlite3"}
    spared |= {"edgetop.engine.worker", "edgetop.zoo.build", "edgetop.reference"}
    assert not spared & loaded


def test_listing_the_models_never_loads_the_runtime() -> None:
    loaded = modules_after("from edgetop.cli import main; assert main(['models']) == 0")
    assert not {"onnxruntime", "textual"} & loaded


def test_the_import_rules_of_the_architecture_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "0 broken" in told.stdout


def test_only_the_backend_the_converter_and_the_yardstick_name_the_runtime() -> None:
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "edgetop").rglob("*.py")
        if any(
            line.strip().startswith(("import onnxruntime", "from onnxruntime"))
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert sorted(naming) == [
        "edgetop/engine/bare_loop.py",
        "edgetop/engine/convert.py",
        "edgetop/engine/ort.py",
    ]
