"""Last year's report on complaints, as somebody left it: nearly all written, and one telephone number still to take out."""

from __future__ import annotations

from datetime import date, datetime, time

from demo.stage import Stage
from domain.errors import Refused
from domain.year_report import Chapter
from services import door, year_report_writing, year_reports
from services.year_reports import YearReport

MAKERS = ("cora", "dora")
TEXTS = {
    Chapter.SCHEME: "Wie een klacht heeft, vertelt die aan een medewerker of schrijft ons. De bestuurder beslist.",
    Chapter.ATTENTION: "De regeling staat op de website en in de ouderapp. In maart stond zij in de nieuwsbrief.",
    Chapter.HANDLED: "De meeste klachten kwamen mondeling. Vragen over deze cijfers: bel 06 00 00 00 09.",
    Chapter.JUDGMENTS: "Wij gaven de klager meestal gelijk, en spraken af wie voortaan belt als iets anders loopt dan beloofd.",
    Chapter.DISPUTES: "Wat is voorgelegd, ging over de uitvoering van de afspraken.",
    Chapter.ADVICE: "De oudercommissie adviseerde om de regeling ook in het Engels te geven. Dat doen wij.",
    Chapter.LEARNED: "Wachten zonder bericht ergert mensen meer dan het antwoord. Wij bellen op de dag zelf.",
    Chapter.SUMMARY: "Elke klacht is samen met de klager besproken.",
}


def last_year(stage: Stage, today: date) -> None:
    stage.now = datetime.combine(today, time(9), door.AMSTERDAM)
    with door.clock_at(stage.now):
        found = _theirs(stage, today.year - 1)
        if found is None:
            return
        who, shown = found
        for each in shown.texts:
            chapter = Chapter(each.key.partition(".")[0])
            if chapter is not Chapter.JUDGMENTS or each.key in shown.missing:
                year_report_writing.write(who, shown.line.year, each.key, 0, TEXTS[chapter])
        now = year_reports.read(who, shown.line.year)
        year_report_writing.let_in(who, shown.line.year, now.version, [each for each, _ in now.team.able])


def _theirs(stage: Stage, year: int) -> tuple[door.Actor, YearReport] | None:
    """The lot fell on one of them."""
    for name in MAKERS:
        who = stage.actor(name)
        try:
            return who, year_reports.read(who, year)
        except Refused as refusal:
            if refusal.code != "report_not_yours":
                raise
    return None
