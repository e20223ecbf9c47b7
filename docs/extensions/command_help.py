"""The directive ``command-help``: what every command says of itself with ``--help``.

Docutils would take an asterisk or an underscore in such a text for markup of its own, so each is
shown as it is printed, under a heading of its own.
"""

from typing import Any, ClassVar

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ipam_progress.cli import main

_WIDTH = 88


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx know of the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True}


class CommandHelp(SphinxDirective):
    """A section for ``ipam-progress`` and one for each command."""

    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        """Make the sections."""
        return self._sections(main, _context(main, None, "ipam-progress"))

    def _sections(self, command: click.Command, context: click.Context) -> list[nodes.Node]:
        """Make the section of a command, and those of its own commands behind it."""
        title = nodes.title(text=context.command_path)
        help_text = nodes.literal_block(text=command.get_help(context), language="text")
        section = nodes.section("", title, help_text, ids=[nodes.make_id(context.command_path)])
        self.set_source_info(section)
        self.state.document.note_explicit_target(section, section)
        sections: list[nodes.Node] = [section]
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                if below is not None:
                    sections += self._sections(below, _context(below, context, name))
        return sections


def _context(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    return click.Context(
        command, parent, info_name=name, terminal_width=_WIDTH, **command.context_settings
    )
