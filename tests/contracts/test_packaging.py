"""The wheel is complete: it can be installed and started where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import edgetop

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, **options: object) -> str:
    told = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        **options,  # type: ignore[call-overload]
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return str(told.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout without a network."""
    folder = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    run(*build, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


def test_it_holds_every_module_and_all_data(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for pattern in (
            "*.py",
            "*.tcss",
            "*.css",
            "*.js",
            "*.csv",
            "*.toml",
            "reference/SOURCES.md",
        )
        for path in (ROOT / "edgetop").rglob(pattern)
    }
    expected |= {f"edgetop/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")}
    expected |= {"edgetop/models/README.md", "edgetop/ui/edgetop.tcss", "edgetop/demo/demo.edgetop"}
    assert len([name for name in expected if name.endswith(".toml")]) >= 2
    expected.add(f"edgetop-{edgetop.__version__}.data/data/share/man/man1/edgetop.1")
    assert expected <= inside


def test_it_holds_no_weights_tests_or_leftovers(wheel: Path) -> None:
    for name in zipfile.ZipFile(wheel).namelist():
        assert name.startswith(("edgetop/", "edgetop-"))
        assert not name.endswith((".onnx", ".pyc", ".npz"))


def test_it_tells_its_name_version_licence_and_extras(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (item for item in archive.namelist() if item.endswith("dist-info/METADATA"))
        metadata = archive.read(name).decode()
        assert any(item.endswith("/LICENSE") for item in archive.namelist())
    for line in (
        "Name: edgetop",
        f"Version: {edgetop.__version__}",
        "Requires-Python: >=3.10",
        "Provides-Extra: cpu",
        "Provides-Extra: gpu",
    ):
        assert line in metadata.splitlines()
    assert not any(
        line.startswith("Requires-Dist: onnxruntime") and "extra ==" not in line
        for line in metadata.splitlines()
    ), "a hard dependency would overwrite a vendor's runtime"


def test_installed_elsewhere_it_starts_and_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel)
    # What edgetop stands on comes from where the tests run; its own code may not.
    env = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib")}
    told = run(tmp_path / "venv" / "bin" / "edgetop", "--version", env=env, cwd=tmp_path)
    assert told == f"edgetop {edgetop.__version__}\n"
    code = (
        "import edgetop; from edgetop import locations; "
        "print(edgetop.__file__); print(locations.shipped_dir('themes')); "
        "print(*sorted(path.name for path in locations.shipped_dir('themes').iterdir()))"
    )
    package, themes, names = run(python, "-c", code, env=env, cwd=tmp_path).splitlines()
    assert package.startswith(str(tmp_path))
    assert themes.startswith(str(tmp_path))
    assert names.split() == sorted(path.name for path in (ROOT / "themes").iterdir())
    assert "squeezenet_v1.1" in run(tmp_path / "venv" / "bin" / "edgetop", "models", env=env)
