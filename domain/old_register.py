"""One row of the register that was kept before this one: what its cells say, what it lacks, and what counts for its promises.
Nothing is guessed; a row of which anything cannot be read is refused whole, with a sentence for each cell."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from domain import mapping as read
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry
from domain.mapping import ColumnMap, fold
from domain.tables import Cell, Table
from domain.texts import LONGEST_LINE
from domain.vocabulary import CloseReason, ComplainantType, Outcome

T = TypeVar("T")

# What a row can say here -> the headings that are usual for it, to propose.
TARGETS: dict[str, tuple[str, ...]] = {
    "reference": ("kenmerk", "klachtnummer", "nummer", "nr", "nr.", "volgnummer", "dossiernummer", "id", "reference"),
    "received": ("ontvangen op", "datum ontvangst", "datum ontvangen", "ontvangstdatum", "ontvangen", "datum", "received on"),
    "noted_by": ("opgeschreven door", "genoteerd door", "geregistreerd door", "aangenomen door", "ingevoerd door", "noted by"),
    "channel": ("hoe binnengekomen", "kanaal", "ontvangen via", "wijze van ontvangst", "via", "channel"),
    "complainant_name": ("naam klager", "klager", "ingediend door", "naam", "complainant"),
    "complainant_contact": ("contactgegevens", "contact", "e-mail", "email", "telefoon", "e-mail of telefoon"),
    "complainant_type": ("soort klager", "type klager", "hoedanigheid", "relatie"),
    "unit": ("locatie", "vestiging", "afdeling", "unit"),
    "category": ("categorie", "soort klacht", "onderwerp klacht", "rubriek", "category"),
    "subject": ("onderwerp", "titel", "kort", "subject"),
    "about": ("omschrijving", "klacht", "omschrijving klacht", "inhoud", "inhoud klacht", "toelichting", "description"),
    "respondent": ("over wie", "betreft medewerker", "medewerker", "beklaagde", "respondent"),
    "red_flag": ("vermoeden van misbruik", "vermoeden"),
    "done": ("direct gedaan", "wat is direct gedaan", "directe actie", "actie"),
    "acknowledged": (
        "bevestigd op", "bevestigd", "ontvangst bevestigd", "datum bevestiging", "ontvangstbevestiging", "acknowledged on",
    ),
    "decided": ("besloten op", "besluit op", "datum besluit", "besluitdatum", "decided on"),
    "answered": ("beantwoord op", "datum antwoord", "antwoord verstuurd", "answered on"),
    "decision": ("besluit", "beslissing", "reactie", "afhandeling", "decision"),
    "outcome": ("uitkomst", "oordeel", "resultaat", "gegrond", "outcome"),
    "closed": ("afgesloten op", "afgesloten", "datum afgesloten", "afgehandeld op", "datum afhandeling", "closed on"),
    "measures": ("maatregelen", "maatregel", "verbetermaatregel", "verbeteractie", "measures"),
}  # fmt: skip
REQUIRED = ("received", "about")
CHOICES = ("channel", "complainant_type", "unit", "category", "outcome")
DATES = ("received", "acknowledged", "decided", "answered", "closed")
ENDED = (CloseReason.WITHDRAWN, CloseReason.NOT_HANDLED)  # outcomes that are none

EMPTY_MEANS = ("channel", "complainant_type", "category")  # what a dossier cannot be without


@dataclass(frozen=True)
class Known:
    """What a word may mean in this register. `words`: our own words for a choice (folded) -> its value."""

    today: date
    words: Mapping[str, Mapping[str, str]]
    sectors: Mapping[str, str | None]  # of each unit, and of none (""); None: cannot be told
    categories: Mapping[str, frozenset[str]]  # by sector
    elsewhere: frozenset[str]  # words (folded) for what belongs in a closed compartment
    suspicious: frozenset[str]  # categories that mean a suspicion of abuse
    suspicion: bool  # does the procedure ask about one?
    open_from: date | None = None  # from when the terms of what is still open count; none: that is not taken over


@dataclass(frozen=True)
class Problem:
    target: str  # empty: the whole row
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class OldRow:
    received: date
    about: str
    channel: str
    complainant_type: str
    category: str
    reference: str = ""
    noted_by: str = ""
    complainant_name: str = ""
    complainant_contact: str = ""
    unit: str = ""  # its number in this register
    subject: str = ""
    respondent: str = ""
    red_flag: bool = False
    done: str = ""
    acknowledged: date | None = None
    decided: date | None = None
    answered: date | None = None
    decision: str = ""
    outcome: str = ""
    closed: date | None = None
    measures: str = ""
    counts_from: date | None = None  # of what is still open

    @property
    def anonymous(self) -> bool:
        return self.complainant_type == ComplainantType.ANONYMOUS

    def content(self) -> str:
        """The same for rows that say the same; from when terms count is no part of the row."""
        said = {name: value for name, value in asdict(self).items() if name != "counts_from"}
        return json.dumps(said, default=str, sort_keys=True, ensure_ascii=False)

    def facts(self, today: date) -> tuple[Entry, ...]:
        """For the ledger, in order. What the old register does not say is not failed: it was not recorded."""
        began = self.counts_from or self.received
        ended = {CloseReason.WITHDRAWN: Fact.WITHDRAWN, CloseReason.NOT_HANDLED: Fact.NOT_HANDLED}
        happened: tuple[tuple[Fact, date | None], ...] = (
            (Fact.RECEIVED, began),
            (Fact.REGISTERED, began),
            (Fact.SUSPICION_KNOWN, began if self.red_flag else None),
            (Fact.ACK_IMPOSSIBLE, began if self.anonymous else None),
            (Fact.ACK_ACTION_SENT, self.acknowledged),
            (Fact.DECIDED, self.decided),
            (Fact.DECISION_SENT, self.answered),
            *((fact, self.closed) for reason, fact in ended.items() if self.outcome == reason),
            (Fact.CLOSED, self.closed),
            (Fact.NOT_RECORDED, today if self.closed else None),
        )
        return tuple(Entry(fact, on) for fact, on in happened if on)


@dataclass(frozen=True)
class Line:
    """One row of the file, read. `key`: by what it is known again; `alike`: what rows without a reference share."""

    number: int
    old: OldRow | None
    problems: tuple[Problem, ...]
    key: str = ""
    alike: str = ""


def read_lines(table: Table, columns: ColumnMap, known: Known) -> tuple[Line, ...]:
    """Every row that is not empty, in order. Raises Refused: ``mapping_incomplete``, ``mapping_column_gone``."""
    if not set(REQUIRED) <= set(columns.columns):
        raise Refused("mapping_incomplete", "mapping")
    where = read.places(columns, table)
    lines = [_line(number, row, where, table.columns, columns, known) for number, row in table.numbered()]
    return tuple(_told_apart(lines))


def _line(
    number: int, row: Sequence[Cell], where: Mapping[str, int], headings: Sequence[str], columns: ColumnMap, known: Known
) -> Line:
    try:
        cells = read.cells(row, where, headings)
    except Refused as why:
        return Line(number, None, (Problem("", why.code, why.values),))
    reader = _Reader(cells, columns, known)
    old = reader.row()
    return Line(number, old, tuple(reader.problems), *reader.keys())


class _Reader:
    """Looks at every cell, also after one that cannot be read."""

    def __init__(self, cells: Mapping[str, Cell], columns: ColumnMap, known: Known) -> None:
        self.cells, self.columns, self.known = cells, columns, known
        self.problems: list[Problem] = []
        self.found: dict[str, Any] = {}

    def row(self) -> OldRow | None:
        for target in TARGETS:
            self.found[target] = self._said(target)
        self._complete()
        self._in_order()
        self._belongs()
        values = {target: value for target, value in self.found.items() if value is not None}
        return None if self.problems else OldRow(**values, counts_from=self._counts_from())

    def keys(self) -> tuple[str, str]:
        """The reference, or the day with what it is about; empty where these cannot be read."""
        reference, received, about = (self.found.get(each) for each in ("reference", "received", "about"))
        if not received or not about:
            return "", ""
        alike = f"row {received.isoformat()} {fold(about)}"
        return (f"reference {fold(reference)}" if reference else "", alike)

    def _refuse(self, target: str, code: str, **values: Any) -> None:
        self.problems.append(Problem(target, code, values))

    def _said(self, target: str) -> Any:
        cell = self.cells.get(target)
        if target in DATES:
            order, today = self.columns.order, self.known.today
            return self._read(target, lambda: read.day(cell, target, latest=today, order=order))
        if target in CHOICES:
            return self._read(target, lambda: self._choice(target, cell))
        if target == "red_flag":
            return self._read(target, lambda: bool(read.yes_no(cell, target, self.columns.choices.get(target, {}))))
        long = target in ("about", "done", "decision", "measures")
        if long:
            return self._read(target, lambda: read.text(cell, target))
        return self._read(target, lambda: " ".join(read.text(cell, target, LONGEST_LINE).split()))

    def _choice(self, target: str, cell: Cell) -> str | None:
        """By the words of the file that somebody explained, or by our own. An empty cell means what was said of it."""
        ours, theirs = self.known.words[target], self.columns.choices.get(target, {})
        said = fold(read.text(cell, target))
        if target == "category" and said in self.known.elsewhere:
            raise Refused("row_restricted", target)
        if not said and not theirs.get(said):
            return None
        value = theirs.get(said) or ours.get(said)
        if value not in set(ours.values()):
            raise Refused("cell_choice", target)
        return value

    def _read(self, target: str, reading: Callable[[], T]) -> T | None:
        try:
            return reading()
        except Refused as why:
            self._refuse(target, why.code, **why.values)
            return None

    def _complete(self) -> None:
        wrong = {each.target for each in self.problems}
        for target in (*REQUIRED, *EMPTY_MEANS):
            if not self.found[target] and target not in wrong:
                self._refuse(target, "cell_missing")

    def _in_order(self) -> None:
        """Nothing before the receipt, nothing after the closing."""
        received, closed = self.found["received"], self.found["closed"]
        for target in DATES[1:]:
            day = self.found[target]
            if day and received and day < received:
                self._refuse(target, "row_before_received")
            elif day and closed and day > closed:
                self._refuse(target, "row_after_closed")
        decided, answered = self.found["decided"], self.found["answered"]
        if decided and answered and answered < decided:
            self._refuse("answered", "row_answered_before")
        if closed or any(each.target == "closed" for each in self.problems):
            return
        if decided or answered or self.found["outcome"]:
            self._refuse("closed", "row_decided_not_closed")
        elif self.known.open_from is None:
            self._refuse("closed", "row_open")

    def _belongs(self) -> None:
        found = self.found
        sector = self.known.sectors.get(found["unit"] or "")
        wrong = {each.target for each in self.problems}
        if sector is None and "unit" not in wrong:
            self._refuse("unit", "row_no_sector")
        elif sector and found["category"] and found["category"] not in self.known.categories.get(sector, frozenset()):
            self._refuse("category", "row_category_elsewhere")
        if found["category"] in self.known.suspicious and not found["red_flag"]:
            self._refuse("red_flag" if "red_flag" in self.columns.columns else "category", "row_suspicion")
        if found["red_flag"] and not self.known.suspicion:
            self._refuse("red_flag", "no_red_flag_here")
        if found["complainant_type"] == ComplainantType.ANONYMOUS and (
            found["complainant_name"] or found["complainant_contact"]
        ):
            self._refuse("complainant_type", "row_anonymous_named")

    def _counts_from(self) -> date | None:
        if self.found["closed"] or self.known.open_from is None:
            return None
        received: date = self.found["received"]
        return max(received, self.known.open_from)


def _told_apart(lines: Sequence[Line]) -> Iterator[Line]:
    """Rows of one reference that say different things are refused, all of them; what is there twice, the second time. Rows
    without a reference that are about the same on one day are the first, the second and so on."""
    contents: dict[str, set[str]] = defaultdict(set)
    for each in lines:
        if each.key:
            contents[each.key].add(each.old.content() if each.old else f"unread {each.number}")
    turns: Counter[str] = Counter()
    first: dict[tuple[str, str], int] = {}
    for each in lines:
        if each.key and len(contents[each.key]) > 1:
            yield _refused(each, Problem("reference", "row_reference_twice"))
            continue
        if each.old is not None:
            same = (each.key or each.alike, each.old.content())
            if same in first:
                yield _refused(each, Problem("", "row_twice", {"row": first[same]}))
                continue
            first[same] = each.number
        if each.alike and not each.key:
            turns[each.alike] += 1
            yield Line(each.number, each.old, each.problems, f"{each.alike} {turns[each.alike]}", each.alike)
        else:
            yield each


def _refused(line: Line, problem: Problem) -> Line:
    return Line(line.number, None, (*line.problems, problem), line.key, line.alike)


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    THERE = "there"  # taken over before, and it says the same
    CHANGED = "changed"  # taken over before, and it says something else now: the dossier stays as it is
    REFUSED = "refused"


def own_words(labels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What we call these values (folded); a word that stands for two of them stands for none."""
    meant = defaultdict(set)
    for label, value in labels:
        meant[fold(label)].add(value)
    return {word: next(iter(values)) for word, values in meant.items() if len(values) == 1}


OUTCOMES: tuple[str, ...] = (*Outcome, *ENDED)
