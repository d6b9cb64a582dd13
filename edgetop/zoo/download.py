"""Fetches a file whose hash is known, or is to be found out; it has its name only once it is whole.

What comes is written beside the target, and kept when the connection breaks or the process dies:
the next attempt asks only for the rest. Nothing is believed of what a server says.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from edgetop.engine import diagnose
from edgetop.errors import UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    Progress = Callable[[int, int | None], None]
    """Takes the bytes that are there, and how many there will be if that is known."""

LARGEST = 4 << 30
"""Bytes of a file whose size nobody has told."""

_PIECE = 1 << 16
_TRIES = 5  # in a row that brought nothing
_MOST_ANSWERS = 500
"""A server that sends a few bytes at a time is not asked for ever."""
_TIMEOUT_S = 30.0
_BACKOFF_S = 1.0
_GONE = (400, 401, 403, 404, 410, 451)
"""Answers that will be the same the next time."""


class Wanted(NamedTuple):
    """What is fetched."""

    urls: Sequence[str]
    """Where it lies; the next is asked if one has nothing."""
    sha256: str
    """Empty: whatever comes is taken, from the beginning."""
    size: int | None
    """Bytes, if that is known."""


class _BrokenError(Exception):
    """The connection ended early; another attempt may bring the rest."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Never leads from a protected connection to an open one."""

    def redirect_request(
        self, req: urllib.request.Request, fp: object, code: int, msg: str, headers: object,
        newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise UsageError(f"{shown(req.full_url)} leads to an address that is not protected")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def shown(url: str) -> str:
    """An address without what may be secret: user, password, query."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return safe_text(f"{parts.scheme}://{host}{port}{parts.path}", 200)


def download(wanted: Wanted, target: Path, progress: Progress = lambda _have, _all: None) -> str:
    """Fetch a file to `target`; returns its SHA-256.

    Raises:
        UsageError: It could not be fetched, is not what was wanted, or cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        name = wanted.sha256 or hashlib.sha256("\0".join(wanted.urls).encode()).hexdigest()
        part = target.with_name(f".{name[:24]}.part")
        with part.open("a+b") as file:
            _lock(file, target)
            if not wanted.sha256:
                file.truncate(0)
            _fetch(file, wanted, progress)
            return _finished(file, part, target, wanted)
    except OSError as error:
        place = safe_text(str(target.parent), 200)
        raise UsageError(f"cannot write into {place}: {error.strerror or error}") from error


def _lock(file: BinaryIO, target: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        name = safe_text(target.name)
        raise UsageError(f"{name} is being fetched by another edgetop; wait for it") from None


def _fetch(file: BinaryIO, wanted: Wanted, progress: Progress) -> None:
    """Try until all is there, or nothing comes any more."""
    idle, source, problem = 0, 0, ""
    for _ in range(_MOST_ANSWERS):
        if idle == _TRIES or source == len(wanted.urls):
            break
        before = file.seek(0, os.SEEK_END)
        if wanted.size is not None and before >= wanted.size:
            return
        try:
            _attempt(file, wanted.urls[source], wanted, progress)
        except urllib.error.HTTPError as error:
            problem = f"{shown(wanted.urls[source])} answers {error.code} {safe_text(error.reason)}"
            error.close()
            if error.code == 416:  # no such part: what is there is of something else
                file.truncate(0)
            if error.code in _GONE:
                source, idle = source + 1, 0
                continue
        except (_BrokenError, urllib.error.URLError, OSError, http.client.HTTPException) as error:
            if isinstance(error, OSError) and error.filename is not None:
                raise
            reason = getattr(error, "reason", None) or error
            problem = f"{shown(wanted.urls[source])}: {diagnose.one_line(str(reason), 120)}"
        else:
            return
        idle = 0 if file.seek(0, os.SEEK_END) > before else idle + 1
        if idle < _TRIES:
            time.sleep(_BACKOFF_S * 2**idle)
    raise UsageError(f"cannot fetch {problem}; the same command goes on where this one ended")


def _attempt(file: BinaryIO, url: str, wanted: Wanted, progress: Progress) -> None:
    """Ask for what is missing and append what comes."""
    have = file.seek(0, os.SEEK_END)
    request = urllib.request.Request(url, headers={"User-Agent": "edgetop"})  # noqa: S310
    if have:
        request.add_header("Range", f"bytes={have}-")
    opener = urllib.request.build_opener(_Redirects)
    with opener.open(request, timeout=_TIMEOUT_S) as response:
        if have and not _continues(response, have):
            file.truncate(0)
            have = 0
        total = wanted.size if wanted.size is not None else _length(response)
        limit = LARGEST if wanted.size is None else wanted.size
        _refuse_full_disk(file, (total or 0) - have)
        progress(have, total)
        while piece := response.read(_PIECE):
            if not have:
                _refuse_what_is_no_model(piece, url)
            have += len(piece)
            if have > limit:
                file.truncate(0)
                raise UsageError(f"{shown(url)} sends more than the {limit} bytes that were told")
            file.write(piece)
            progress(have, total)
    file.flush()
    if total is not None and have < total:
        raise _BrokenError(f"the connection ended after {have} of {total} bytes")


def _continues(response: http.client.HTTPResponse, have: int) -> bool:
    """Whether the answer begins where we are; servers may ignore what was asked."""
    place = response.headers.get("Content-Range", "")
    return response.status == 206 and place.startswith(f"bytes {have}-")


def _length(response: http.client.HTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _refuse_full_disk(file: BinaryIO, missing: int) -> None:
    free = shutil.disk_usage(f"/proc/self/fd/{file.fileno()}").free
    if missing > free:
        raise UsageError(
            f"the disk has room for {free / 2**20:.0f} MiB, {missing / 2**20:.0f} MiB are missing"
        )


def _refuse_what_is_no_model(head: bytes, url: str) -> None:
    problem = diagnose.content_problem(head[:512])
    if problem:
        raise UsageError(f"what {shown(url)} sends {problem}")


def _finished(file: BinaryIO, part: Path, target: Path, wanted: Wanted) -> str:
    """Check what has come and give it its name."""
    found = sha256_of(file)
    if wanted.sha256 and found != wanted.sha256:
        part.unlink(missing_ok=True)
        raise UsageError(
            f"what was fetched as {safe_text(target.name)} has the hash {found}, "
            f"not {wanted.sha256}; it is thrown away"
        )
    os.fsync(file.fileno())
    part.replace(target)
    return found


def sha256_of(file: BinaryIO) -> str:
    """The hash of an open file, from its beginning."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def has_hash(path: Path, sha256: str) -> bool:
    """Whether the file is there and is the one with that hash."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return sha256_of(file) == sha256
    return False
