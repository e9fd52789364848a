"""`manage.py rights`: the table of rights as a page for people, docs/rechten.md."""

from __future__ import annotations

import click

from domain.rights import TABLE, Right, Role, Scope
from text import translate

_NEVER, _ALWAYS = "–", "ja"
_ABOVE = """\
# Wie mag wat

Deze pagina is gemaakt uit `domain/rights.toml` met `python manage.py rights > docs/rechten.md`. De deur van de toepassing houdt
zich aan die tabel; elke cel wordt getest. Een dienst kan minder toestaan (wie besliste, doet geen uitspraak in beroep),
nooit meer.

Altijd, wat er hieronder ook staat:

- Wie met een account in het dossier staat als degene over wie de klacht gaat, of met een belangenconflict, bereikt er niets
  van.
- De vorige behandelaar is geen behandelaar meer. Wie was aangewezen voor de ontvangstbevestiging of een beroep behandelde,
  blijft dat ook daarna.
- Wie niet is aangemeld, kan alleen aanmelden.
"""


def page() -> str:
    """The whole page, in Markdown."""
    roles = list(Role)
    words = [f"- **{_word(scope)}**: {reach.says}." for scope, reach in TABLE.reach.items()]
    head = ["Wat", *(translate("nl", f"role.{role}") for role in roles)]
    rows = [[TABLE.about[right], *(_cell(role, right) for role in roles)] for right in TABLE.about]
    table = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    return "\n".join([_ABOVE, "## De tabel", "", *table, "", "## De woorden", "", *words, ""])


def _cell(role: Role, right: Right) -> str:
    scopes = TABLE.rights[role].get(right, ())
    return ", ".join(_word(each) for each in scopes) or _NEVER


def _word(scope: Scope) -> str:
    return _ALWAYS if scope is Scope.NONE else translate("nl", f"reach.{scope}")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


@click.command()
def rights() -> None:
    """Print who may do what, as a page in Dutch (Markdown)."""
    click.echo(page(), nl=False)


COMMANDS = (rights,)
