"""`edgetop models pull`: fetch pretrained weights; and models that are named by an address."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from edgetop import config, locations
from edgetop.cli import streams
from edgetop.cli.table import aligned
from edgetop.errors import ExitCode, UsageError
from edgetop.zoo import resolve
from edgetop.zoo.naming import safe_text, title_of, without_suffix

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from edgetop.zoo.download import Progress, Wanted
    from edgetop.zoo.manifest import Pretrained
    from edgetop.zoo.resolve import ModelChoice

_HASH = re.compile(r"[0-9a-f]{64}")


def add_parser(actions: argparse._SubParsersAction[Any]) -> None:
    """Add ``pull`` to the actions of ``models``."""
    parser = actions.add_parser(
        "pull",
        help="fetch pretrained weights",
        description="Fetch a model with trained weights from the ONNX Model Zoo into your model "
        "folder. Its hash is checked; what was interrupted goes on where it ended.",
    )
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="of a file or a model, as --list has it"
    )
    parser.add_argument("--list", action="store_true", help="list what can be fetched")
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="write it there instead")
    parser.add_argument("--force", action="store_true", help="overwrite another file of that name")
    parser.add_argument("--from", dest="base", metavar="URL", help="where the tree of the zoo lies")
    parser.set_defaults(main=main)


def main(arguments: argparse.Namespace) -> int:
    """Fetch what is named, or list what there is."""
    from edgetop.zoo import manifest

    if arguments.list or arguments.json:
        entries = manifest.pretrained()
        rows = [_row(entry) for entry in entries]
        streams.say(json.dumps(rows, indent=2) if arguments.json else _table(entries), sys.stdout)
        return ExitCode.DONE
    if not arguments.name:
        raise UsageError("name a model to fetch; 'edgetop models pull --list' lists them")
    entry = manifest.find(arguments.name)
    if without_suffix(arguments.name.strip()).lower() != entry.name.lower():
        kind = f"opset {entry.opset or '?'}, {entry.precision or 'unknown precision'}"
        streams.say(f"{safe_text(entry.model)}: the file {entry.name} ({kind})", sys.stdout)
    output = arguments.output or locations.user_models_dir() / f"{entry.name}.onnx"
    _pull(entry, output.absolute(), arguments.base, force=arguments.force)
    return ExitCode.DONE


def _pull(entry: Pretrained, path: Path, base: str | None, *, force: bool) -> None:
    from edgetop.zoo import manifest
    from edgetop.zoo.addresses import usable
    from edgetop.zoo.download import Wanted
    from edgetop.zoo.parts import has_hash

    shown = safe_text(str(path), 200)
    if has_hash(path, entry.sha256):
        streams.say(f"{shown} is there already, with the right hash", sys.stdout)
        return
    if not force and os.path.lexists(path):  # where it may not look, writing says so
        raise UsageError(f"{shown} is another file; choose a name with -o, or add --force")
    base = base or config.load().models_url
    bases = (f"{base.rstrip('/')}/",) if base else manifest.BASES
    urls = [f"{usable(address)}{entry.path}" for address in bases]
    _fetch(Wanted(urls, entry.sha256, entry.size), path)
    streams.say(f"{shown}: {entry.size / 2**20:.1f} MiB, hash verified", sys.stdout)


def verified(text: str, sha256: str | None) -> ModelChoice:
    """A file or an address whose content is known by its hash; nothing else is run.

    Raises:
        UsageError: The hash is missing or wrong, or the address cannot be fetched.
    """
    from edgetop.zoo.parts import has_hash

    wanted = (sha256 or "").strip().lower()
    if sha256 is not None and not _HASH.fullmatch(wanted):
        raise UsageError("--sha256 takes the 64 hexadecimal digits of the file's hash")
    if text.lower().startswith(("http://", "https://")):
        return _fetched(text, wanted)
    choice = resolve.resolve(text)
    if choice.architecture is not None:
        raise UsageError("--sha256 is for files; built-in models come from edgetop itself")
    if not has_hash(choice.path, wanted):
        raise UsageError(f"{choice.title} has not the hash that --sha256 asks for; it is not run")
    return choice


def _fetched(url: str, sha256: str) -> ModelChoice:
    from edgetop.zoo.addresses import usable
    from edgetop.zoo.download import Wanted
    from edgetop.zoo.parts import has_hash

    url = usable(url)
    name = safe_text(unquote(urlsplit(url).path.rpartition("/")[2])) or "model.onnx"
    folder = locations.cache_dir() / "pulled"
    path = folder / f"{sha256}.onnx"
    if not sha256:
        found = _fetch(Wanted([url], "", None), folder / "unverified.onnx")
        raise UsageError(
            f"{name} is not run before you have said that it is the right one: if its hash is what "
            f"its author published, add --sha256 {found}"
        )
    if not has_hash(path, sha256):
        _fetch(Wanted([url], sha256, None), path)
    return resolve.ModelChoice(title_of(Path(name)), path)


def _fetch(wanted: Wanted, path: Path) -> str:
    from edgetop.zoo.download import download

    with _progress(path.name) as progress:
        try:
            return download(wanted, path, progress)
        except KeyboardInterrupt:
            advice = "; the same command goes on where this one ended" if wanted.sha256 else ""
            streams.complain(f"interrupted{advice}")
            raise


@contextlib.contextmanager
def _progress(name: str) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    from rich import progress
    from rich.console import Console

    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _have, _all: None
        return
    columns = (
        progress.TextColumn("{task.description}", markup=False), progress.BarColumn(),
        progress.DownloadColumn(binary_units=True), progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )  # fmt: skip
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(safe_text(name, 30), total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)


def _row(entry: Pretrained) -> dict[str, object]:
    return {
        "name": entry.name,
        "model": entry.model or None,
        "size_bytes": entry.size,
        "top1_pct": entry.top1_pct,
        "opset": int(entry.opset) if entry.opset.isdecimal() else None,
        "precision": entry.precision or None,
        "sha256": entry.sha256,
        "path": entry.path,
    }


def _table(entries: tuple[Pretrained, ...]) -> str:
    lines = [["NAME", "MODEL", "MIB", "TOP-1 %", "OPSET", "PRECISION"]]
    lines += [
        [
            entry.name, entry.model or "-", f"{entry.size / 2**20:.1f}",
            "-" if entry.top1_pct is None else f"{entry.top1_pct:.2f}",
            entry.opset or "-", entry.precision or "-",
        ]
        for entry in entries
    ]  # fmt: skip
    return "\n".join(aligned(lines, (False, False, True, True, True, False)))
