"""Starting the register, and the links with which people come in."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from domain.errors import Refused
from domain.rights import Right, Role
from services import accounts, links, operations, set_up
from services.door import SystemActor, today_and_now
from text import translate

ROOT = Path(__file__).resolve().parent.parent
OPERATOR = SystemActor("manage", frozenset({Right.ACCOUNTS, Right.OPERATE}))
logging.disable(logging.WARNING)  # the sign-in form warns when it is imported outside the application
PORT = click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))


@click.command()
@click.option("--without-copy", is_flag=True, help="Do not copy the register first; for when there is no room.")
def upgrade(without_copy: bool) -> None:
    """Bring the database to this version of the program, after copying a register that is older."""
    _upgrade(operations.bring_up if without_copy else operations.upgrade)


_WHY = {  # in other words than a person reads on a screen
    "disk_full": "the disk is full.",
    "database_away": "the database cannot be reached, or another program keeps it locked.",
}


def _upgrade(how: Callable[[SystemActor], operations.Upgraded], quiet: bool = False) -> None:
    _set_up()
    try:
        done = how(OPERATOR)
    except Refused as refusal:
        said = _WHY.get(refusal.code) or translate("en", f"refused.{refusal.code}", **refusal.values)
        raise click.ClickException(f"Not upgraded, nothing was changed: {said}") from refusal
    if done.copy:
        click.echo(f"The register as it was: {done.copy}")
    if done.before != done.after:
        click.echo(f"The database went from {done.before or 'empty'} to {done.after}.")
    elif not quiet:
        click.echo("The database is up to date.")


@click.command("first-link")
@PORT
def first_link(port: int) -> None:
    """A new one-time link for the first administrator of an empty register."""
    if accounts.listing(OPERATOR):
        raise click.ClickException("This register has accounts already; an administrator makes links under Mensen.")
    click.echo(_link(port, links.first_link(OPERATOR)))


@click.command("password-link")
@click.argument("name")
@PORT
def password_link(name: str, port: int) -> None:
    """A one-time link with which NAME chooses a new password; for when no administrator can sign in any more, or nobody
    can confirm it. It takes no second person: whoever runs the server can do everything anyway."""
    click.echo(_link(port, links.password_link(OPERATOR, _account(name).id)))


@click.command("grant")
@click.argument("name")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def grant(name: str, role: str) -> None:
    """Give NAME one more ROLE; for when nobody is left who can confirm what an administrator asks. It is put down, and whoever
    confirms requests reads it."""
    found = _account(name)
    roles = (*found.roles, role)
    given = accounts.AccountInput(
        found.name, found.display_name, found.email, roles, found.unit_id, found.external, found.phone
    )
    try:
        accounts.edit(OPERATOR, found.id, found.version, given)
    except Refused as refusal:
        raise click.ClickException(f"Not possible: {translate('en', f'refused.{refusal.code}')}") from refusal
    click.echo(f"{found.name} has the role {role} now.")


@click.command()
@PORT
def run(port: int) -> None:
    """Upgrade the database, after copying a register that is older, and start the register."""
    _upgrade(operations.upgrade, quiet=True)
    click.echo(f"\n  Weerklank: {_address(port)}\n")
    if not accounts.listing(OPERATOR):
        click.echo("  This register is empty. Make the first administrator with this link (24 hours, once):")
        click.echo(f"  {_link(port, links.first_link(OPERATOR))}\n")
    _serve(port)


@click.command()
@click.option("--profile", default="training", show_default=True, type=click.Choice(["training", "kinderopvang-welzijn"]))
@click.option("--only-fill", is_flag=True, help="Fill the database and stop.")
@PORT
def demo(profile: str, only_fill: bool, port: int) -> None:
    """A filled register of invented cases on a database of its own, made anew at every start."""
    from demo.people import PASSWORD, PEOPLE  # only here: a real register has nothing to do with it
    from demo.register import fill_demo

    operations.use_demo_database(profile)
    click.echo(f"Filling the demonstration ({profile}); this takes a minute or two ...")
    fill_demo(profile, *today_and_now())
    click.echo(f"\n  Weerklank, demonstration: {_address(port)}\n  Everybody's password: {PASSWORD}\n")
    for person in PEOPLE:
        click.echo(f"    {person.name:<6} {person.display_name:<16} {', '.join(person.roles)}")
    if not only_fill:
        click.echo("")
        _serve(port)


COMMANDS = (demo, first_link, grant, password_link, run, upgrade)


def _set_up() -> None:
    if why := set_up.wrong():
        raise click.ClickException(why)


def _account(name: str) -> accounts.AccountRow:
    found = next((each for each in accounts.listing(OPERATOR) if each.name == name.casefold()), None)
    if found is None:
        raise click.ClickException(f"There is no account with the name {name}.")
    return found


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _link(port: int, token: str) -> str:
    return f"{_address(port)}/?link={token}"


def _serve(port: int) -> None:
    """This process becomes the server: one process to stop, and Ctrl-C reaches it."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)])  # noqa: S606
