"""The operator's commands: `python manage.py --help`. None of them prints what stands in a dossier."""

from __future__ import annotations

import click

from commands import (
    backup,
    copying,
    grants,
    health,
    importing,
    nightly,
    procedures,
    rights,
    running,
    sealed,
    searching,
    second_step,
    terms,
    verify,
)


@click.group()
def cli() -> None:
    """Weerklank, a complaint register."""


groups = (
    running,
    backup,
    nightly,
    health,
    procedures,
    rights,
    terms,
    verify,
    grants,
    sealed,
    second_step,
    importing,
    copying,
    searching,
)
for command in (each for group in groups for each in group.COMMANDS):
    cli.add_command(command)


if __name__ == "__main__":
    cli()
