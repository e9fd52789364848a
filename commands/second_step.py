"""The second step of signing in, when nobody is left who could confirm its reset."""

from __future__ import annotations

import click

from domain.errors import Refused
from domain.rights import Right
from services import second_factor
from services.door import SystemActor

OPERATOR = SystemActor("manage", frozenset({Right.OPERATE}))


@click.command("second-step-reset")
@click.argument("name")
def second_step_reset(name: str) -> None:
    """Take NAME's second step off: signed out everywhere, and set up anew at the next sign-in where it is required."""
    try:
        second_factor.clear_for(OPERATOR, name)
    except Refused:
        raise click.ClickException(f"There is no account with the name {name}.") from None
    click.echo(f"{name} sets the second step up anew at the next sign-in.")


COMMANDS = (second_step_reset,)
