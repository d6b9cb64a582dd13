"""Variants of a model in another precision: what they are called and where they lie.

Importing this is cheap; `edgetop.engine.convert` makes the files, in a process of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edgetop import locations
from edgetop.errors import UsageError

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec

LABELS = {
    "fp16": "fp16 made by edgetop",
    "int8": "int8 made by edgetop, random calibration: timing only",
}
"""What a reader must know about each variant."""

PRECISIONS = ("", *LABELS)
"""In the order in which the key goes through them; empty = as stored."""

_MAKERS = ("convert", "inputs", "values", "variants")
_RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-qnn")


def title_as_stored(title: str) -> str:
    """The title of the model from which a variant of this title is made."""
    for precision in LABELS:
        title = title.removesuffix(f" {precision}")
    return title


def as_stored(spec: RunSpec) -> RunSpec:
    """The spec of the file from which a variant is made; the same one if it is no variant."""
    if not spec.precision:
        return spec
    return spec.with_(
        model_path=spec.source_path,
        source_path="",
        precision="",
        title=title_as_stored(spec.title),
        label=spec.label.removesuffix(LABELS[spec.precision]).removesuffix("; "),
    )


def in_precision(spec: RunSpec, precision: str) -> RunSpec:
    """The spec that runs the model in `precision`; empty means as stored.

    Raises:
        UsageError: The file of the model cannot be looked at.
    """
    spec = as_stored(spec)
    if not precision:
        return spec
    return spec.with_(
        model_path=str(_cached_path(spec, precision)),
        source_path=spec.model_path,
        precision=precision,
        title=f"{spec.title} {precision}",
        label="; ".join(filter(None, (spec.label, LABELS[precision]))),
    )


def _cached_path(spec: RunSpec, precision: str) -> Path:
    """Where the variant lies once it is made.

    The name changes with the file (its path, size and time of change), with the code that
    converts and with the version of onnxruntime. The path of a built-in model tells its content.
    """
    import hashlib  # loads OpenSSL, which a start without a variant does not need

    source = Path(spec.model_path)
    parts = [spec.model_path, precision, *_runtime_versions()]
    if not spec.architecture:
        try:
            status = source.stat()
        except OSError as error:
            raise UsageError(f"cannot read {source.name!a}: {error.strerror}") from error
        parts += [str(status.st_size), str(status.st_mtime_ns)]
    digest = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape"))
    for module in _MAKERS:
        digest.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    return locations.cache_dir() / "variants" / f"{digest.hexdigest()[:20]}-{precision}.onnx"


def _runtime_versions() -> list[str]:
    from importlib import metadata  # brings the package email: 10 ms

    return [
        f"{name} {found.version}"
        for name in _RUNTIMES
        for found in metadata.distributions(name=name)
    ]
