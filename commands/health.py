"""`manage.py health`: the same as ``/readyz``, for cron."""

from __future__ import annotations

import click

from domain.health import State
from domain.rights import Right
from services import health as watching
from services.door import SystemActor
from text import translate

HEALTH = SystemActor("health", frozenset({Right.OPERATE}))
_SAYS = {State.GOOD: "good", State.ATTENTION: "look at this", State.FAULT: "WRONG"}


@click.command()
def health() -> None:
    """Is the register fit for use: database, disk, key, clock, history, backup, nightly run?

    Ends with 1 when something is wrong or needs attention. Nothing of any dossier is printed.
    """
    found = watching.ready(HEALTH)
    for each in found.findings:
        click.echo(f"{translate('en', f'health.{each.check}')}: {_SAYS[each.state]}")
    for each in found.wrong:
        click.echo(f"\n{translate('en', f'health.{each.reason}')}\n{translate('en', f'health.{each.reason}_do')}")
    if found.wrong:
        raise click.ClickException(f"Not as it should be: {len(found.wrong)}.")


COMMANDS = (health,)
