"""Messages between edgetop and the model's process: JSON, one object a line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

_MAX_LINE_BYTES = 1 << 22  # a thousand inputs with long names


class Channel:
    """One end of the socket pair."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._pending = b""
        self.closed = False
        """The other end is gone."""

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._socket.fileno()

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; nothing happens if the other end is gone."""
        try:
            self._socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self.closed = True

    def receive(self) -> list[dict[str, Any]]:
        """What has arrived: waits on a blocking socket, returns at once on another one."""
        try:
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data or len(self._pending) > _MAX_LINE_BYTES:
            self.closed = True
            return []
        *lines, self._pending = (self._pending + data).split(b"\n")
        return [json.loads(line) for line in lines if line]

    def close(self) -> None:
        """Close this end."""
        self._socket.close()
        self.closed = True
