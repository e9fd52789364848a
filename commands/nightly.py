"""What the register does by itself, once a night."""

from __future__ import annotations

import click

from domain.rights import Right
from services import anonymising, backup_making, escalation, evaluation_keeping, night, shield, sign_in_log
from services.door import SystemActor

NIGHTLY = SystemActor("nightly", frozenset({Right.OPERATE}))


@click.command()
def nightly() -> None:
    """Let promises near or past their date climb to the next person; finish what was being destroyed; forget old sign-ins.

    Safe to run twice, and on two machines at once. Ends with 1 when a dossier could not be done; the rest was.
    """
    ran = escalation.run(NIGHTLY)
    click.echo(f"Climbed: {ran.climbed}. Nobody found: {ran.nobody}.")
    sign_in_log.sweep(NIGHTLY)
    click.echo(f"Names that look like a colleague's: {shield.look_again(NIGHTLY)}.")
    evaluation_keeping.look_for_names(NIGHTLY)
    evaluation_keeping.sweep(NIGHTLY)
    backup_making.tidy(NIGHTLY)
    left = anonymising.sweep(NIGHTLY)
    night.keep(NIGHTLY, whole=not (ran.failed or left))
    if left:
        click.echo(f"Files that could not be removed: {left}.")
    if ran.failed:
        raise click.ClickException(f"Not done: {len(ran.failed)}.")
    if left:
        raise click.ClickException("Not everything that has to go is gone.")


COMMANDS = (nightly,)
