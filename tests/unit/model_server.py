"""An HTTP server that behaves as servers do: well, badly and maliciously."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    redirect: str = ""
    url: str = ""
    sent: int = 0
    """Bytes of content."""
    asked: list[str] = field(default_factory=list)
    """Ranges, one for each request."""
    paths: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    server_version = "test"

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        """Answer as told."""
        plan: Server = self.server.plan  # type: ignore[attr-defined]
        plan.asked.append(self.headers.get("Range", ""))
        plan.paths.append(self.path)
        if plan.redirect:
            self.send_response(302)
            self.send_header("Location", plan.redirect)
            self.end_headers()
            return
        if plan.statuses:
            self.send_error(plan.statuses.pop(0))
            return
        self._send(plan)

    def _send(self, plan: Server) -> None:
        start = 0
        if plan.ranges and (asked := self.headers.get("Range")):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(plan.content) > 0 and start:
            self.send_error(416)
            return
        body = plan.content[start:]
        self.send_response(206 if start else 200)
        if start:
            end = len(plan.content)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
        if plan.length is not None:
            length = len(body) if plan.length < 0 else plan.length
            self.send_header("Content-Length", str(length))
        self.end_headers()
        limit = plan.drop_after.pop(0) if plan.drop_after else len(body)
        for at in range(0, min(limit, len(body)), 1 << 14):
            if plan.pause_s:
                time.sleep(plan.pause_s)
            piece = body[at : min(at + (1 << 14), limit)]
            try:
                self.wfile.write(piece)
            except OSError:  # whoever asked has gone
                return
            plan.sent += len(piece)


@contextmanager
def serving(content: bytes) -> Iterator[Server]:
    """A server on this machine while the block lasts."""
    plan = Server(content)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.plan = plan  # type: ignore[attr-defined]
    plan.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield plan
    finally:
        server.shutdown()
        server.server_close()
