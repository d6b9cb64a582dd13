"""What the headers of a server's answer say of the part of a file that comes."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http.client import HTTPResponse

_PLACE = re.compile(r"bytes (?P<first>\d{1,30})-\d{1,30}/(?P<all>\d{1,30}|\*)", re.ASCII)


def continues(response: HTTPResponse, have: int) -> bool:
    """Whether a part (206) begins where we are; servers may send another than was asked for."""
    place = _PLACE.fullmatch(response.headers.get("Content-Range", "").strip())
    return place is not None and int(place["first"]) == have


def total(response: HTTPResponse, have: int) -> int | None:
    """Bytes of the whole file, if they are told; `have` are those before this answer."""
    place = _PLACE.fullmatch(response.headers.get("Content-Range", "").strip())
    if response.status == 206 and place and place["all"] != "*":
        return int(place["all"])
    text = response.headers.get("Content-Length", "").strip()
    # More digits than these are more bytes than anybody has, however many they are.
    return have + int(text[:30]) if text.isdecimal() else None


def validator(response: HTTPResponse) -> str:
    """What is the same only as long as every byte of the file is; empty if nothing is told.

    A date is good for that only if a second has gone by since: within it the file may have
    changed twice. A server with weak tags says itself that it does not look at every byte.
    """
    tag = response.headers.get("ETag", "").strip()
    if tag:
        return tag if tag.startswith('"') else ""
    changed = response.headers.get("Last-Modified", "").strip()
    try:
        now = parsedate_to_datetime(response.headers.get("Date", ""))
        return changed if (now - parsedate_to_datetime(changed)).total_seconds() >= 1 else ""
    except (TypeError, ValueError, IndexError, OverflowError):
        return ""
