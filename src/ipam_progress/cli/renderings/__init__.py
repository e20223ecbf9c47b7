"""What a conversation looks like: lines for people, JSON for programs, a sequence diagram.

A rendering is given the items of `ipam_progress.inspection` one after the other, and writes each
as soon as it can.
"""

from typing import Protocol

from ipam_progress.cli.renderings.diagram import DiagramRendering
from ipam_progress.cli.renderings.json_lines import JsonRendering
from ipam_progress.cli.renderings.text import TextRendering
from ipam_progress.inspection import Item

__all__ = ["DiagramRendering", "JsonRendering", "Rendering", "TextRendering"]


class Rendering(Protocol):
    """Shows items as they come."""

    def show(self, item: Item) -> None:
        """Show an item."""
        ...

    def finish(self) -> None:
        """Show what is left, after the last item."""
        ...
