"""The command palette in one line per command, in the order of their importance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Provider
from textual.content import Content

if TYPE_CHECKING:
    from textual.command import Hits


class CommandLines(Provider):
    """What the app offers, each with the key that does the same.

    Textual's own provider sorts by the alphabet and gives each command two lines.
    """

    async def discover(self) -> Hits:
        """All commands, before anything is typed."""
        for title, key, callback, _ in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(_line(Content(title), key), callback, text=title)

    async def search(self, query: str) -> Hits:
        """Those that what was typed fits, with the fitting letters stressed."""
        matcher = self.matcher(query)
        for title, key, callback, _ in self.app.get_system_commands(self.screen):
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, _line(matcher.highlight(title), key), callback, text=title)


def _line(title: Content, key: str) -> Content:
    return Content.assemble(title, Content.styled(f"   {key}", "not bold"))
