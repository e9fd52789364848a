"""The operator's commands: `python manage.py --help`. None of them prints what stands in a dossier."""

from __future__ import annotations

import click

from commands import nightly, procedures, rights, running, terms


@click.group()
def cli() -> None:
    """Weerklank, a complaint register."""


for command in (*running.COMMANDS, *nightly.COMMANDS, *procedures.COMMANDS, *rights.COMMANDS, *terms.COMMANDS):
    cli.add_command(command)


if __name__ == "__main__":
    cli()
