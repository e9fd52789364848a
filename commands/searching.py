"""The index of the search."""

from __future__ import annotations

import click

from domain.rights import Right
from services import search
from services.door import SystemActor

REINDEX = SystemActor("reindex", frozenset({Right.OPERATE}))


@click.command()
def reindex() -> None:
    """Make the index of the search anew, from the texts as they stand.

    Needed only when it may be wrong: after a change past the program, or another version of the stemmer. Nobody can write
    meanwhile.
    """
    click.echo(f"Texts: {search.rebuild(REINDEX)}.")


COMMANDS = (reindex,)
