"""Evaluation forms that came in a few weeks ago: some wait for a word, some are no complaint."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

from demo.stage import Stage
from domain.mapping import ColumnMap
from services import door, evaluation_import, evaluation_sources, evaluations

AGO = timedelta(days=10)
HEADINGS = ("Nummer", "Datum", "Training", "Groep", "Vraag", "Cijfer", "Toelichting", "Naam", "Trainer")
TARGETS = ("form", "filled_in_on", "training", "group", "question", "score", "words", "person", "trainer")
RULE: dict[str, object] = {"lowest": 1, "highest": 10, "at_most": "5.5", "words": ["klacht*", "niet tevreden", "teleurgesteld"]}
QUESTION = "Hoe tevreden bent u over de bijeenkomst?"
FORMS = (
    ("5", "Het tempo lag te hoog, ik kon het niet volgen.", "Wil Achterberg", "Tom Verhulst"),
    ("4", "De ruimte was benauwd en er was geen pauze.", "", ""),
    ("8", "Fijne bijeenkomst.", "", ""),
    ("7", "Inhoud goed, maar teleurgesteld over de late afzegging vorige week.", "Noor van Wel", ""),
    ("3", "Er werd niet naar ons geluisterd.", "", "Dora Hagenaar"),
    ("9", "", "", ""),
    ("5", "Graag de volgende keer koffie met havermelk.", "", ""),
    ("2", "", "", ""),
    ("6", "Ik had de hand-outs graag vooraf gehad.", "", ""),
)


def brought_in(stage: Stage, today: date) -> None:
    stage.now = datetime.combine(today - AGO, time(10), door.AMSTERDAM)
    cora = stage.actor("cora")
    with door.clock_at(stage.now):
        columns = ColumnMap(dict(zip(TARGETS, HEADINGS, strict=True)))
        source = evaluation_sources.save(cora, "Enquête na afloop", columns, rule=RULE)
        evaluation_sources.choose_rule(cora, RULE, None)
        seen = evaluation_sources.known(cora).sources[0].version
        evaluation_import.run(cora, str(uuid4()), source, seen, "enquete-najaar.csv", _file(today - AGO))
        wish = next(each for each in _all(cora) if "havermelk" in each.words)
        evaluations.dismiss(cora, wish.id, wish.version, "Een wens voor de volgende keer; over de bijeenkomst is men tevreden.")


def _all(who: str) -> list[evaluations.One]:
    found, at = [], None
    while (pile := evaluations.pile(who, at)).one is not None:
        found.append(pile.one)
        if pile.next_id is None:
            break
        at = pile.next_id
    return found


def _file(day: date) -> bytes:
    rows = [
        (f"EF-{number:03}", (day - timedelta(days=number % 4)).isoformat(), "Bijeenkomst", "Najaar", QUESTION, *form)
        for number, form in enumerate(FORMS, 1)
    ]
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in (HEADINGS, *rows)).encode()
