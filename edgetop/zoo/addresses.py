"""Addresses that files are fetched from: which are used, how they are asked for and shown."""

from __future__ import annotations

import re
import string
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from edgetop.errors import UsageError
from edgetop.zoo.naming import safe_text

if TYPE_CHECKING:
    from email.message import Message
    from typing import IO

_HOST = re.compile(r"[a-z0-9._-]+", re.ASCII | re.IGNORECASE)
_STRAY_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")


class AddressError(UsageError):
    """An address is of no use; another one may be."""


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows only to addresses that are used, never from a protected one to an open one."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
        headers: Message, newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        """The next request."""
        try:
            address = usable(newurl)
        except AddressError:
            raise AddressError(
                f"{shown(req.full_url)} leads to an address that is not used, {shown(newurl)}"
            ) from None
        if req.full_url.startswith("https:") and not address.startswith("https:"):
            raise AddressError(f"{shown(req.full_url)} leads to an address that is not protected")
        return super().redirect_request(req, fp, code, msg, headers, address)  # type: ignore[arg-type]


def shown(url: str) -> str:
    """An address without what may be secret: user, password, query."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return safe_text(f"{parts.scheme}://{host}{port}{parts.path}", 200)


def usable(url: str) -> str:
    """The address as servers are asked for it: in ASCII, without blanks.

    What is quoted already stays as it is.

    Raises:
        AddressError: It is none that is used; the message tells nothing secret.
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressError("an address must begin with http:// or https:// and name a server")
    if parts.username is not None:
        raise AddressError("an address with a user or password is not taken: others could read it")
    try:
        path = _STRAY_PERCENT.sub("%25", _quoted(parts.path, "?#"))
        query = f"?{_quoted(parts.query)}" if parts.query else ""
        return f"{parts.scheme}://{_host(parts.hostname)}{port}{path}{query}"
    except ValueError:
        raise AddressError(f"{shown(url)} is no address: a server cannot have that name") from None


def _quoted(text: str, also: str = "") -> str:
    """Text with what HTTP cannot carry as %XX; bytes of arguments that are not UTF-8, too."""
    safe = "".join(sign for sign in string.punctuation if sign not in also)
    return quote(text, safe, "utf-8", "surrogateescape")


def _host(name: str) -> str:
    """The name that is looked up.

    Raises:
        ValueError: There can be none of that name.
    """
    if ":" in name:
        return f"[{name}]"
    ascii_name = name.encode("idna").decode("ascii")
    if not _HOST.fullmatch(ascii_name):
        raise ValueError(name)
    return ascii_name
