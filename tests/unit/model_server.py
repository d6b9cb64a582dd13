"""An HTTP server that behaves as servers do: well, badly and maliciously."""

from __future__ import annotations

import ssl
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Server:
    """How it answers, and what it was asked."""

    content: bytes
    statuses: list[int] = field(default_factory=list)
    """Errors to answer before anything else."""
    drop_after: list[int] = field(default_factory=list)
    """Bytes after which the connection is cut, one for each answer until none are left."""
    ranges: bool = True
    length: int | None = -1
    """Content-Length that is told; -1 = the true one, None = none at all."""
    pause_s: float = 0.0
    """Before each piece of 16 KiB."""
    chunked: bool = False
    """The length is not told, the end is."""
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with the content; a range is only answered if If-Range is the ETag or the date here."""
    shift: int = 0
    """The part that is sent begins so much later than the one asked for."""
    change: bytes = b""
    """What the content is from the second answer on, with another ETag."""
    redirect: str = ""
    url: str = ""
    sent: int = 0
    """Bytes of content."""
    asked: list[str] = field(default_factory=list)
    """Ranges, one for each request."""
    conditions: list[str] = field(default_factory=list)
    """If-Range, one for each request."""
    paths: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    server_version = "test"
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        """Answer as told."""
        plan: Server = self.server.plan  # type: ignore[attr-defined]
        plan.asked.append(self.headers.get("Range", ""))
        plan.conditions.append(self.headers.get("If-Range", ""))
        plan.paths.append(self.path)
        self.close_connection = True
        if plan.redirect:
            self.send_response(302)
            self.send_header("Location", plan.redirect)
            self.end_headers()
            return
        if plan.statuses:
            self.send_error(plan.statuses.pop(0))
            return
        self._send(plan)

    def _start(self, plan: Server) -> int:
        asked, condition = self.headers.get("Range", ""), self.headers.get("If-Range")
        if not plan.ranges or (condition and condition not in plan.headers.values()):
            return 0
        return int(asked.removeprefix("bytes=").removesuffix("-") or 0)

    def _send(self, plan: Server) -> None:
        start = self._start(plan)
        if start >= len(plan.content) > 0 and start:
            self.send_error(416)
            return
        start += plan.shift if start else 0
        body = plan.content[start:]
        self._send_headers(plan, start, len(body))
        limit = plan.drop_after.pop(0) if plan.drop_after else len(body)
        for at in range(0, min(limit, len(body)), 1 << 14):
            if plan.pause_s:
                time.sleep(plan.pause_s)
            piece = body[at : min(at + (1 << 14), limit)]
            try:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if plan.chunked else piece)
            except OSError:  # whoever asked has gone
                return
            plan.sent += len(piece)
        if plan.chunked and limit >= len(body):
            self.wfile.write(b"0\r\n\r\n")
        if plan.change:
            plan.content, plan.change = plan.change, b""
            plan.headers = {name: text[:-1] + '2"' for name, text in plan.headers.items()}

    def _send_headers(self, plan: Server, start: int, body: int) -> None:
        self.send_response(206 if start else 200)
        for name, text in plan.headers.items():
            self.send_header(name, text)
        if start:
            end = len(plan.content)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
        if plan.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif plan.length is not None:
            self.send_header("Content-Length", str(body if plan.length < 0 else plan.length))
        self.end_headers()


@contextmanager
def serving(content: bytes, certificate: Path | None = None) -> Iterator[Server]:
    """A server on this machine while the block lasts; with a certificate it is a protected one."""
    plan = Server(content)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.plan = plan  # type: ignore[attr-defined]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if certificate else "http"
    plan.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield plan
    finally:
        server.shutdown()
        server.server_close()
