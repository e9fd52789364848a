"""Evaluation forms from a file: what would come of it, and bringing it in, part by part.

A file can be brought in again, also after it was cut short: what is here already is known by what it says. Of the rows that
the rule passes over nothing is kept but their number. What cannot be read is skipped, with the row and the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from db import models as m
from domain import mapping as cells
from domain.entries import form as checked_form
from domain.entries import number
from domain.errors import Refused
from domain.evaluations import Counting, Doing, Form, Rule, Why, batches, proposed
from domain.mapping import ColumnMap
from domain.rights import Right
from domain.tables import Cell, Table
from domain.texts import LONGEST_LINE, line
from services.door import Actor, Work, work
from services.evaluation_sources import TARGETS, Source, sources
from services.evaluations import deciders, known, new, shut_out
from services.exports import Export
from services.lookalikes import active_names
from services.spreadsheets import Sheet, file_name, workbook
from services.tables import read_table
from text import moment, translate

BATCH = 500
EXAMPLES = 5
NEWEST = 20
MOST_SKIPPED = 1_000  # of which the row and the reason are kept; of more only the number


@dataclass(frozen=True)
class Headings:
    sheets: tuple[str, ...]
    columns: tuple[str, ...]
    proposed: Mapping[str, str]  # what each could be for, for somebody to look at


@dataclass(frozen=True)
class Skipped:
    """`code`: of a refusal, with what its sentence needs; `heading`: of the cell that could not be read."""

    row: int
    code: str
    heading: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Preview:
    total: int
    proposed: int
    known: int  # here already, whatever became of them
    not_proposed: int
    theirs: int  # about who asks: somebody else judges them
    skipped: tuple[Skipped, ...]
    examples: tuple[tuple[Form, tuple[Why, ...]], ...]


@dataclass(frozen=True)
class Brought:
    """One file that this person brought in."""

    id: int
    source: str
    file_name: str
    at: datetime  # UTC
    total: int
    proposed: int
    known: int
    not_proposed: int
    theirs: int
    skipped: tuple[Skipped, ...]  # the first MOST_SKIPPED
    finished: bool

    @property
    def passed_over(self) -> int:
        """How many rows could not be read."""
        return self.total - self.proposed - self.known - self.not_proposed - self.theirs if self.finished else 0


@dataclass(frozen=True)
class _Row:
    row: int
    form: Form
    why: tuple[Why, ...]
    about: frozenset[int]


@dataclass(frozen=True)
class _Read:
    total: int
    proposed: tuple[_Row, ...]
    not_proposed: int
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class _Ways:
    """How the rows of a source are read, for who reads them now."""

    source: Source
    rule: Rule
    names: tuple[tuple[int, str], ...]
    deciders: frozenset[int]
    today: date
    me: int


# Looking first


def headings(actor: Actor, name: str, content: bytes, sheet: str = "") -> Headings:
    """Raises Refused as `services.tables.read_table`."""
    with work(actor, Right.EVALUATIONS):
        pass
    table = read_table(name, content, sheet)
    return Headings(table.sheets, table.columns, cells.proposed(table.columns, TARGETS))


def look(actor: Actor, source_id: int, name: str, content: bytes, sheet: str = "") -> Preview:
    """What would come of this file. Raises Refused: ``source_unknown``, ``mapping_column_gone``, and those of
    `services.tables.read_table`."""
    with work(actor, Right.EVALUATIONS) as w:
        ways = _ways(w, source_id, None)
    read = _read(ways, read_table(name, content, sheet))
    mine, others = _apart(ways, read)
    with work(actor, Right.EVALUATIONS) as w:
        here = _known(w, ways, others)
    fresh = [each for each in others if each.form.fingerprint(ways.source.id) not in here]
    return Preview(
        read.total,
        len(fresh),
        len(others) - len(fresh),
        read.not_proposed,
        len(mine),
        read.skipped,
        tuple((each.form, each.why) for each in fresh[:EXAMPLES]),
    )


def _apart(ways: _Ways, read: _Read) -> tuple[list[_Row], list[_Row]]:
    """What is about who asks, of which nothing is said but the number; and the rest."""
    mine = [each for each in read.proposed if ways.me in each.about]
    return mine, [each for each in read.proposed if ways.me not in each.about]


def _known(w: Work, ways: _Ways, rows: Sequence[_Row]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for first, until in batches(rows, BATCH):
        found |= known(w, [each.form.fingerprint(ways.source.id) for each in rows[first:until]])
    return found


def _ways(w: Work, source_id: int, seen: int | None) -> _Ways:
    everything = sources(w)
    source = everything.of(number(source_id))
    if source is None:
        raise Refused("source_unknown", "source")
    if seen is not None and source.version != seen:
        raise Refused("changed_meanwhile")
    return _Ways(source, everything.rule_of(source), active_names(w), deciders(w), w.today, w.me)


# Reading: without the database


def _read(ways: _Ways, table: Table) -> _Read:
    where, count = cells.places(ways.source.mapping, table), Counting()
    named: dict[str, frozenset[int]] = {}
    found: list[_Row] = []
    skipped: list[Skipped] = []
    total = 0
    for row, values in table.numbered():
        total += 1
        try:
            said = _form(ways, cells.cells(values, where, table.columns))
            said = replace(said, nth=count.nth(said))
            if said.trainer not in named:
                named[said.trainer] = shut_out(ways.names, said.trainer)
            about = named[said.trainer]
            why = proposed(ways.rule, said.score, said.words)
            if why and about and not ways.deciders - about:
                raise Refused("evaluation_nobody_left", "trainer")
        except Refused as refused:
            skipped.append(_skipped(ways.source.mapping, row, refused))
            continue
        if why:
            found.append(_Row(row, said, why, about))
    return _Read(total, tuple(found), total - len(found) - len(skipped), tuple(skipped))


def _form(ways: _Ways, given: Mapping[str, Cell]) -> Form:
    mapping = ways.source.mapping

    def text(name: str, longest: int = LONGEST_LINE) -> str:
        return line(cells.text(given.get(name), name), name, longest)

    names: dict[str, Any] = {name: text(name) for name in ("form", "training", "group", "person", "trainer")}
    said = Form(
        **names,
        filled_in_on=cells.day(given.get("filled_in_on"), "filled_in_on", latest=ways.today, order=mapping.order),
        question=text("question", 2_000) or ways.source.question or mapping.columns.get("score", ""),
        score=_score(ways, given.get("score")),
        words=cells.text(given.get("words"), "words"),
    )
    if said.empty:
        raise Refused("form_empty")
    return said


def _score(ways: _Ways, cell: Cell) -> Decimal | None:
    """As a number, or as a word that stands for one."""
    words = ways.source.mapping.choices.get("score", {})
    said = cells.fold(cells.text(cell, "score")) if isinstance(cell, str) else ""
    given: Cell = words.get(said, cell) if said else cell
    found = cells.number(given, "score", lowest=ways.rule.lowest, highest=ways.rule.highest)
    return None if found is None else Decimal(f"{found.normalize():f}")


def _skipped(mapping: ColumnMap, row: int, refused: Refused) -> Skipped:
    values = {name: str(value) for name, value in refused.values.items()}
    return Skipped(row, refused.code, mapping.columns.get(refused.field or "", ""), values)


# Bringing it in


def run(
    actor: Actor,
    form_id: str,
    source_id: int,
    seen: int,
    name: str,
    content: bytes,
    sheet: str = "",
    told: Callable[[int, int], None] | None = None,
) -> int:
    """Brings the file in; the number of the import. Each part of BATCH rows is a transaction of its own, so that a file that
    is cut short goes on where it was; `told` hears after each how many rows are done, of how many. `seen`: the version of the
    source on screen. The same form once more is the same import.

    Raises Refused: ``source_unknown``, ``changed_meanwhile``, ``mapping_column_gone``, and those of
    `services.tables.read_table`.
    """
    with work(actor, Right.EVALUATE) as w:
        form_id = checked_form(form_id)
        made = _made(w, form_id)
        if made is not None and made.finished_at is not None:
            return made.id
        ways = _ways(w, source_id, seen)
    read = _read(ways, read_table(name, content, sheet))
    with work(actor, Right.EVALUATE) as w:
        import_id = _begun(w, form_id, ways, name, read)
    for first, until in batches(read.proposed, BATCH):
        with work(actor, Right.EVALUATE) as w:
            _store(w, ways, import_id, read.proposed[first:until])
        if told is not None:
            told(until, len(read.proposed))
    with work(actor, Right.EVALUATE) as w:
        _finish(w, ways, import_id, read)
    return import_id


def _made(w: Work, form_id: str) -> m.EvaluationImport | None:
    return w.session.scalar(select(m.EvaluationImport).where(m.EvaluationImport.form_id == form_id))


def _begun(w: Work, form_id: str, ways: _Ways, name: str, read: _Read) -> int:
    made = _made(w, form_id)
    if made is None:
        made = m.EvaluationImport(form_id=form_id, source_id=ways.source.id, file_name=_file(name), by_id=w.me, at=w.now)
        made.total = read.total
        w.session.add(made)
        w.session.flush()  # its number
    return made.id


def _file(name: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name)[:LONGEST_LINE]


def _store(w: Work, ways: _Ways, import_id: int, rows: Sequence[_Row]) -> None:
    """A handful of statements, however many rows."""
    here, source = known(w, [each.form.fingerprint(ways.source.id) for each in rows]), ways.source.id
    scale = ways.rule.lowest, ways.rule.highest
    fresh = [(each, new(w, each.form, source, each.why, scale)) for each in rows if each.form.fingerprint(source) not in here]
    for _, row in fresh:
        row.import_id = import_id
    w.session.add_all(row for _, row in fresh)
    w.session.flush()  # the rest refers to them
    for each, row in fresh:
        happened = [(Doing.IMPORTED, None), *((Doing.ABOUT, account_id) for account_id in sorted(each.about))]
        w.session.add_all(
            m.EvaluationEvent(evaluation_id=row.id, what=what, by_id=w.me, at=w.now, account_id=about)
            for what, about in happened
        )
        w.session.add_all(m.EvaluationAbout(evaluation_id=row.id, account_id=about) for about in sorted(each.about))


def _finish(w: Work, ways: _Ways, import_id: int, read: _Read) -> None:
    made = w.session.get_one(m.EvaluationImport, import_id)
    mine, others = _apart(ways, read)
    here = _known(w, ways, others)
    made.proposed = sum(here.get(each.form.fingerprint(ways.source.id)) == import_id for each in others)
    made.known, made.theirs = len(others) - made.proposed, len(mine)
    made.not_proposed = read.not_proposed
    made.skipped = [[each.row, each.code, each.heading, dict(each.values)] for each in read.skipped[:MOST_SKIPPED]]
    made.finished_at = w.now


# What came of it


def brought(actor: Actor) -> tuple[Brought, ...]:
    """What this person brought in, the newest first, at most NEWEST."""
    with work(actor, Right.EVALUATIONS) as w:
        query = select(m.EvaluationImport, m.EvaluationSource.name).join(m.EvaluationSource)
        newest = query.order_by(m.EvaluationImport.id.desc()).limit(NEWEST)
        return tuple(_brought(row, source) for row, source in w.session.execute(newest))


def _brought(row: m.EvaluationImport, source: str) -> Brought:
    same = ("id", "file_name", "at", "total", "proposed", "known", "not_proposed", "theirs")
    return Brought(
        **{name: getattr(row, name) for name in same},
        source=source,
        skipped=tuple(Skipped(*each) for each in row.skipped),
        finished=row.finished_at is not None,
    )


def report(actor: Actor, import_id: int) -> Export:
    """Of one import, as a workbook: how many rows became what, and each row that was skipped with the reason. Raises Refused
    ``import_unknown``: also of somebody else's."""
    with work(actor, Right.EVALUATIONS) as w:
        query = select(m.EvaluationImport, m.EvaluationSource.name).join(m.EvaluationSource)
        found = w.session.execute(query.where(m.EvaluationImport.id == number(import_id))).first()
        if found is None:
            raise Refused("import_unknown")
        shown, language, by = _brought(*found), w.person.language, w.person.display_name

    def t(key: str, **values: object) -> str:
        return translate(language, key, **values)

    about: list[tuple[Any, ...]] = [
        (t("evaluations.report_file"), shown.file_name),
        (t("evaluations.report_source"), shown.source),
        (t("evaluations.report_at"), moment(shown.at, language)),
        (t("evaluations.report_by"), by),
        *((t(f"evaluations.count_{name}"), getattr(shown, name)) for name in COUNTS),
        (t("evaluations.count_skipped"), shown.passed_over),
    ]
    names = (t("evaluations.report_row"), t("evaluations.report_column"), t("evaluations.report_why"))
    rows = tuple((each.row, each.heading, why_skipped(language, each)) for each in shown.skipped)
    sheets = (
        Sheet(t("evaluations.report"), (t("evaluations.report"), ""), tuple(about), (36, 60)),
        Sheet(t("evaluations.report_skipped"), names, rows, (10, 30, 90)),
    )
    return Export(report_name(), workbook(sheets))


def report_name() -> str:
    return file_name("evaluaties")


COUNTS = ("total", "proposed", "known", "not_proposed", "theirs")


def why_skipped(language: str, each: Skipped) -> str:
    return translate(language, f"refused.{each.code}", **each.values)
