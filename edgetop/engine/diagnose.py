"""Turns what a runtime says of a bad model into one line with the cause and the way out."""

from __future__ import annotations

import re
from pathlib import Path

_NOT_MODELS: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs", "is a Git-LFS pointer, not the model; run `git lfs pull`"),
    (b"\x1f\x8b", "is a gzip archive; unpack it first"),
    (b"PK\x03\x04", "is a zip archive; unpack it first"),
    (b"\xff\xd8\xff", "is a JPEG picture, not a model"),
    (b"\x89PNG", "is a PNG picture, not a model"),
    (b"%PDF", "is a PDF document, not a model"),
    (b"\x7fELF", "is a program, not a model"),
)
_PAGE = re.compile(rb"^\s*(<!doctype html|<html|<\?xml)", re.IGNORECASE)

_OPERATOR = re.compile(
    r"(?:No Op registered for (?P<op>\S+) with"
    r"|(?P<custom>\S+?)\(-?\d+\) is not a registered function/op"
    r"|Could not find an implementation for (?P<kernel>\S+?)\()"
)
_DOMAIN = re.compile(r"No opset import for domain '?([^'\s]*)'?")
_OPSET = re.compile(r"only \*?guarantees\*?|opset (\d+) is under development|Opset (\d+)")
_IR = re.compile(r"Unsupported model IR version: (\d+), max supported IR version: (\d+)")
_EXTERNAL = re.compile(
    r"(?:[Ee]xternal data|External initializer|GetFileLength for|file_size).*", re.DOTALL
)
_EXTERNAL_FILE = re.compile(
    r'(?:does not exist: |GetFileLength for |open file )"?(?P<path>[^"\n]+?)"?\s*(?: fail|$)',
    re.MULTILINE,
)
_LOCALE = re.compile(r"Failed to construct locale with name:\s*([^:\s]+)")
_MEMORY = re.compile(
    r"[Ff]ailed to allocate memory|bad_alloc|MemoryError|CUDA out of memory|out of memory"
    r"|storage size overflowed"
)

MAX_LENGTH = 300


def one_line(text: str, limit: int = MAX_LENGTH) -> str:
    """The text without control characters and line breaks, cut at `limit` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def explain(path: str, error: BaseException, title: str = "") -> str:
    """Why the model at `path` cannot be loaded or run, in one line that names it."""
    name = one_line(title or Path(path).name, 80)
    return f"{name} {_content_problem(path) or _runtime_problem(str(error) or repr(error))}"


def _content_problem(path: str) -> str:
    """What the file's first bytes give away; empty if they could be a model's."""
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return content_problem(head)


def content_problem(head: bytes) -> str:
    """What the first bytes of a file give away; empty if they could be a model's."""
    if not head:
        return "is empty (0 bytes); download or export it again"
    for magic, words in _NOT_MODELS:
        if head.startswith(magic):
            return words
    if _PAGE.match(head):
        return "is a web page, not a model; download the file itself"
    if head.isascii() and all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        return "is a text file, not a model"
    return ""


def _runtime_problem(text: str) -> str:
    """Onnxruntime's message in words that say what to do."""
    if _MEMORY.search(text):
        return "needs more memory than there is; choose a smaller batch or model"
    if match := _IR.search(text):
        return (
            f"was written in ONNX IR version {match[1]}, this onnxruntime reads up to {match[2]}; "
            "upgrade onnxruntime or export with an older IR version"
        )
    if match := _OPERATOR.search(text):
        operator = match["op"] or match["custom"] or match["kernel"]
        return f"uses the operator {one_line(operator, 80)}, which this onnxruntime does not have"
    if match := _DOMAIN.search(text):
        domain = one_line(match[1], 80)
        return f"uses operators of the domain {domain}, which this onnxruntime does not have"
    if _OPSET.search(text) and "opset" in text.lower():
        return "needs a newer opset; upgrade onnxruntime or export with an older opset"
    if "No graph was found" in text:
        return "holds no graph; export it again"
    if "Protobuf parsing failed" in text or "INVALID_PROTOBUF" in text:
        return "is damaged or incomplete, or not an ONNX model; download or export it again"
    if match := _LOCALE.search(text):
        locale = one_line(match[1], 40)
        return f"needs the locale {locale}, which this system does not have; install it"
    if match := _EXTERNAL.search(text):
        return _external_problem(match[0])
    return f"cannot be run: {one_line(_without_source_places(text))}"


def _external_problem(text: str) -> str:
    """Weights in a file of their own, which people forget when they move the model."""
    if match := _EXTERNAL_FILE.search(text):
        name = one_line(Path(match["path"]).name, 120)
        return f"keeps its weights in {name}, which is missing beside it; copy it there too"
    return f"keeps its weights in another file that is missing or damaged: {one_line(text, 160)}"


def _without_source_places(text: str) -> str:
    """Drop onnxruntime's C++ file names and signatures, and the path that edgetop names itself."""
    text = re.sub(r"\[ONNXRuntimeError\] : \d+ : \w+ : ", "", text)
    text = re.sub(r"Load model from .+? failed: ?", "", text, flags=re.DOTALL)
    text = re.sub(r"/onnxruntime_src/\S+\.(?:cc|h):\d+ [^)]*\)(?: const)? ?", "", text)
    return re.sub(r"\b\w+\.(?:cc|h):\d+ \w+ ", "", text)
