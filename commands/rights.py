"""`manage.py rights`: the table of rights as a page for people, docs/rechten.md."""

from __future__ import annotations

from collections.abc import Iterable

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
- Ook wie een account heeft met een naam die sterk lijkt op een getypte naam van zo iemand, bereikt er niets van totdat iemand
  anders zegt of die collega bedoeld is.
- Een band houdt op. De vorige behandelaar is geen behandelaar meer. Wie was aangewezen voor de ontvangstbevestiging leest mee
  zolang die nog verstuurd moet worden, en kort daarna; wie een beroep behandelde, tot de termijn na de uitspraak voorbij is
  (zie de woorden onderaan). Haar eigen stukken blijven in het dossier, voor wie het bewaart.
- Wie niet is aangemeld, kan alleen aanmelden.
"""


def page() -> str:
    """The whole page, in Markdown."""
    roles = list(Role)
    words = [f"- **{_word(scope)}**: {reach.says}." for scope, reach in TABLE.reach.items()]
    head = ["Wat", *(translate("nl", f"role.{role}") for role in roles)]
    rows = [[TABLE.about[right], *(_cell(role, right) for role in roles)] for right in TABLE.about]
    table = [_row(head), _row(["---"] * len(head)), *map(_row, rows)]
    apart = [f"- {_names(each.one)} nooit samen met {_names(each.other)}: {each.why}." for each in TABLE.never_together]
    parts = ("## De tabel", table), ("## De woorden", words), ("## Nooit samen in één account", apart)
    return "\n".join([_ABOVE, *(line for title, lines in parts for line in (title, "", *lines, ""))])


def _names(roles: Iterable[Role]) -> str:
    return ", ".join(translate("nl", f"role.{role}") for role in roles)


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
