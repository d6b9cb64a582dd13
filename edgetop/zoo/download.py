"""Fetches a file whose hash is known, or is to be found out; it has its name only once it is whole.

What comes is written beside the target, and kept when the connection breaks or the process dies:
the next attempt asks only for the rest. Nothing is believed of what a server says.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from edgetop.engine import diagnose
from edgetop.errors import UsageError
from edgetop.zoo import answers
from edgetop.zoo.addresses import AddressError, Redirects, shown, usable
from edgetop.zoo.naming import safe_text
from edgetop.zoo.parts import has_hash, locked, refuse_full_disk, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
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
_GONE = (*range(300, 400), 400, 401, 403, 404, 410, 451)
"""Answers that will be the same the next time; a redirect is one if it was not followed."""
_NOBODY = (ConnectionRefusedError, socket.gaierror)
"""Another address is asked sooner than one where nobody is."""


class Wanted(NamedTuple):
    """What is fetched."""

    urls: Sequence[str]
    """Where it lies; the next is asked if one does not bring it."""
    sha256: str
    """Empty: whatever comes is taken, from the beginning."""
    size: int | None
    """Bytes, if that is known."""


class _BrokenError(Exception):
    """The connection ended early; another attempt may bring the rest."""


@dataclass(slots=True)
class _Transfer:
    """A file on its way from one address."""

    file: BinaryIO
    wanted: Wanted
    progress: Progress
    url: str
    patient: bool
    """No other address is left."""
    validator: str = ""
    """Of what has come, where no hash tells whether the rest belongs to it."""


def download(wanted: Wanted, target: Path, progress: Progress = lambda _have, _all: None) -> str:
    """Fetch a file to `target`; returns its SHA-256.

    Without a hash it is called by the one that it has, in the folder of `target`.

    Raises:
        UsageError: It could not be fetched, is not what was wanted, or cannot be written.
    """
    urls = [usable(url) for url in wanted.urls]
    name = wanted.sha256 or hashlib.sha256("\0".join(urls).encode()).hexdigest()
    part = target.with_name(f".{name[:24]}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with locked(part, target) as file:
            if wanted.sha256 and has_hash(target, wanted.sha256):  # another edgetop was quicker
                part.unlink(missing_ok=True)
                return wanted.sha256
            found = _fetch(file, part, wanted._replace(urls=urls), progress)
            os.fsync(file.fileno())
            part.replace(target if wanted.sha256 else target.with_name(f"{found}{target.suffix}"))
            return found
    except OSError as error:
        place = safe_text(str(target.parent), 200)
        raise UsageError(f"cannot write into {place}: {error.strerror or error}") from error


def _fetch(file: BinaryIO, part: Path, wanted: Wanted, progress: Progress) -> str:
    """Ask one address after the other; returns the hash of what has come."""
    problems = []
    for url in wanted.urls:
        transfer = _Transfer(file, wanted, progress, url, patient=url == wanted.urls[-1])
        try:
            _persist(transfer)
            return _checked(transfer)
        except AddressError as error:
            problems.append(error.message)
    advice = ""
    if not file.seek(0, os.SEEK_END):
        part.unlink(missing_ok=True)
    elif wanted.sha256:
        advice = "; the same command goes on where this one ended"
    raise UsageError(f"cannot fetch {'; '.join(dict.fromkeys(problems))}{advice}")


def _persist(transfer: _Transfer) -> None:
    """Ask until all is there, or nothing comes any more."""
    file, size, idle, problem = transfer.file, transfer.wanted.size, 0, ""
    for _ in range(_MOST_ANSWERS):
        before = file.seek(0, os.SEEK_END)
        if size is not None and before >= size:
            return
        try:
            _attempt(transfer)
        except urllib.error.HTTPError as error:
            problem = _refusal(transfer, error)
        except (_BrokenError, OSError, http.client.HTTPException) as error:
            problem = _breakdown(transfer, error)
        else:
            return
        idle = 0 if file.seek(0, os.SEEK_END) > before else idle + 1
        if idle == _TRIES:
            break
        time.sleep(_BACKOFF_S * 2**idle)
    raise AddressError(problem)


def _refusal(transfer: _Transfer, error: urllib.error.HTTPError) -> str:
    """What a server says instead of sending the file."""
    error.close()
    # Of a redirect that was not followed, the words are urllib's and tell all of the address.
    words = (
        "a redirect that is not followed" if 300 <= error.code < 400 else safe_text(error.reason)
    )
    problem = f"{shown(transfer.url)} answers {error.code} {words}"
    if error.code in _GONE:
        raise AddressError(problem)
    if error.code == 416:  # no such part: what is there is of something else
        transfer.file.truncate(0)
    return problem


def _breakdown(transfer: _Transfer, error: Exception) -> str:
    """What is wrong with the way to a server."""
    if isinstance(error, OSError) and error.filename is not None:
        raise error  # our own disk
    reason = getattr(error, "reason", None) or error
    words = isinstance(reason, _NOBODY) and reason.strerror
    problem = (
        f"{shown(transfer.url)}: {diagnose.one_line(words or str(reason) or repr(reason), 120)}"
    )
    if isinstance(reason, _NOBODY) and not transfer.patient:
        raise AddressError(problem)
    if _is_no_name(reason) and not transfer.file.tell():
        raise AddressError(problem)
    return problem


def _is_no_name(reason: object) -> bool:
    """No host has that name, or there is no network: the next answer would be the same."""
    return isinstance(reason, socket.gaierror) and reason.errno == socket.EAI_NONAME


def _attempt(transfer: _Transfer) -> None:
    """Ask for what is missing and append what comes."""
    file, wanted = transfer.file, transfer.wanted
    if not (wanted.sha256 or transfer.validator):
        file.truncate(0)  # nothing would tell that the rest is of another file
    have = file.seek(0, os.SEEK_END)
    request = urllib.request.Request(transfer.url, headers={"User-Agent": "edgetop"})  # noqa: S310
    if have:
        request.add_header("Range", f"bytes={have}-")
        if transfer.validator:
            request.add_header("If-Range", transfer.validator)
    with _opened(request) as response:
        have = _begin(transfer, response, have)
        told = answers.total(response, have)
        _refuse_too_much(transfer, told)
        total = told if wanted.size is None else wanted.size
        refuse_full_disk(file, (total or 0) - have)
        have = _take(transfer, response, have, total)
    file.flush()
    if total is not None and have < total:
        raise _BrokenError(f"the connection ended after {have} of {total} bytes")
    if not have:
        _refuse_what_is_no_model(b"", transfer.url)


def _opened(request: urllib.request.Request) -> http.client.HTTPResponse:
    try:
        opener = urllib.request.build_opener(Redirects)
        answer: http.client.HTTPResponse = opener.open(request, timeout=_TIMEOUT_S)
    except (http.client.InvalidURL, ValueError):  # whose words tell all of the address
        place = shown(request.full_url)
        raise AddressError(
            f"{place}: that address, one that it leads to, or the proxy's is malformed"
        ) from None
    return answer


def _begin(transfer: _Transfer, response: http.client.HTTPResponse, have: int) -> int:
    """The place in the file of what comes."""
    if response.status != 206:
        if not transfer.wanted.sha256:
            transfer.file.truncate(0)
            transfer.validator = answers.validator(response)
        return 0
    told = answers.validator(response)
    changed = bool(transfer.validator and told) and told != transfer.validator
    if changed or not answers.continues(response, have):
        transfer.file.truncate(0)
        raise _BrokenError("another part was sent than the one that is missing")
    return have


def _take(
    transfer: _Transfer, response: http.client.HTTPResponse, have: int, total: int | None
) -> int:
    """Append what comes; returns the bytes that are there now."""
    limit = LARGEST if transfer.wanted.size is None else transfer.wanted.size
    transfer.progress(have, total)
    for piece in _pieces(response):
        if not have:
            _refuse_what_is_no_model(piece, transfer.url)
            transfer.file.truncate(0)  # only now: a web page in between does no harm
        have += len(piece)
        if have > limit:
            transfer.file.truncate(0)
            raise AddressError(f"{shown(transfer.url)} sends more than the {limit} bytes expected")
        transfer.file.write(piece)
        transfer.progress(have, total)
    return have


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while piece := response.read(_PIECE):
            yield piece
    except http.client.IncompleteRead as error:  # an answer in chunks broke off
        if error.partial:
            yield error.partial
        raise


def _refuse_too_much(transfer: _Transfer, told: int | None) -> None:
    """Refuse at once; where the size is known, what is told is not listened to."""
    if transfer.wanted.size is None and told is not None and told > LARGEST:
        raise AddressError(
            f"{shown(transfer.url)} is about to send {told} bytes, more than the {LARGEST} "
            "that are taken"
        )


def _refuse_what_is_no_model(head: bytes, url: str) -> None:
    problem = diagnose.content_problem(head[:512])
    if problem:
        raise AddressError(f"{shown(url)}: what it sends {problem}")


def _checked(transfer: _Transfer) -> str:
    """The hash of what has come; it is thrown away if it is another than the one wanted."""
    found, sha256 = sha256_of(transfer.file), transfer.wanted.sha256
    if sha256 and found != sha256:
        transfer.file.truncate(0)
        raise AddressError(
            f"{shown(transfer.url)}: what was sent has the hash {found}, not {sha256}; "
            "it is thrown away"
        )
    return found
