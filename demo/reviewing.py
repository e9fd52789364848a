"""Last year's review of all complaints, as it was finalised: so the next one is due soon."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

from demo.stage import Stage
from services import door, review_items, reviews

AGO = timedelta(days=350)
LEARNED = "Wachten zonder bericht levert de meeste klachten op. Wij bellen voortaan op de dag zelf, ook zonder nieuws."


def last_year(stage: Stage, today: date) -> None:
    """Without extra actions: these would stand in dossiers before what happened there earlier."""
    held_on = today - AGO
    stage.now = datetime.combine(held_on, time(14), door.AMSTERDAM)
    dora = stage.actor("dora")
    with door.clock_at(stage.now):
        people = [stage.accounts[name] for name in ("piet", "petra", "dora")]
        number = reviews.begin(dora, str(uuid4()), held_on - timedelta(days=365), held_on, people)
        for each in review_items.read(dora, number).items:
            review_items.answer(dora, each.reference, number, each.version, extra_action=False)
        reviews.note_down(dora, number, review_items.read(dora, number).version, LEARNED, "Alle drie aanwezig.")
        reviews.finalise(dora, number, review_items.read(dora, number).version)
