"""`manage.py grants`: what the program's own role on PostgreSQL may do."""

from __future__ import annotations

import re

import click

from services.keeping import grants_for

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@click.command()
@click.argument("role")
def grants(role: str) -> None:
    """Print the statements that let ROLE run the program, and no more.

    Let another role own the database and run `manage.py upgrade`, and give these to it after each upgrade. The program then
    cannot change or delete what was recorded, nor take off the triggers that keep it.
    """
    if not _ROLE.fullmatch(role):
        raise click.BadParameter("small letters, digits and _ only", param_hint="ROLE")
    for statement in grants_for(role):
        click.echo(f"{statement};")


COMMANDS = (grants,)
