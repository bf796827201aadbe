"""Shell completion: the line that switches it on.

Lives here: one command. Never here: what is completed (kg.cli.options).
"""

from __future__ import annotations

import click

LINES = {
    "bash": 'eval "$(_KG_COMPLETE=bash_source kg)"',
    "zsh": 'eval "$(_KG_COMPLETE=zsh_source kg)"',
    "fish": "_KG_COMPLETE=fish_source kg | source",
}


@click.command()
@click.argument("shell", type=click.Choice(list(LINES)))
def completion(shell: str) -> None:
    """Print the line for the start-up file of SHELL that switches completion on."""
    click.echo(LINES[shell])
