"""Where evaluation forms come from: what the columns of a file mean, once per source, and the rule that proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from db import models as m
from domain.entries import number
from domain.errors import Refused
from domain.evaluations import Rule, read_rule
from domain.mapping import LONGEST_NAME, ColumnMap, read_map
from domain.rights import Right
from domain.texts import line, required
from services.door import Actor, Work, work

ORGANISATION = ""  # the name of its own line
# What a column can be for, and the headings that are usual for it.
TARGETS: Mapping[str, tuple[str, ...]] = {
    "form": ("formulier", "formuliernummer", "nummer", "kenmerk", "id", "respons-id", "response id"),
    "filled_in_on": ("datum", "ingevuld op", "invuldatum", "tijdstempel", "timestamp", "date"),
    "training": ("training", "cursus", "opleiding", "activiteit"),
    "group": ("groep", "locatie", "klas"),
    "question": ("vraag", "onderdeel"),
    "score": ("score", "cijfer", "beoordeling", "rapportcijfer", "waardering"),
    "words": ("opmerking", "opmerkingen", "toelichting", "reactie", "commentaar", "tips", "antwoord"),
    "person": ("naam", "deelnemer", "ingevuld door", "ouder"),
    "trainer": ("trainer", "docent", "begeleider", "medewerker"),
}


@dataclass(frozen=True)
class Source:
    id: int
    name: str
    mapping: ColumnMap
    question: str  # where the file has no column for it
    rule: Rule | None  # none: the organisation's
    version: int


@dataclass(frozen=True)
class Sources:
    rule: Rule  # the organisation's
    rule_version: int | None  # none: nobody chose one yet
    sources: tuple[Source, ...]  # by name

    def of(self, source_id: int | None) -> Source | None:
        return next((each for each in self.sources if each.id == source_id), None)

    def rule_of(self, source: Source | None) -> Rule:
        return source.rule if source and source.rule else self.rule


def known(actor: Actor) -> Sources:
    with work(actor, Right.EVALUATIONS) as w:
        return sources(w)


def sources(w: Work) -> Sources:
    rows = w.session.scalars(select(m.EvaluationSource).order_by(m.EvaluationSource.name)).all()
    own = next((each for each in rows if each.name == ORGANISATION), None)
    rule = read_rule(own.rule) if own else Rule()
    return Sources(rule, own.version if own else None, tuple(_source(each) for each in rows if each is not own))


def rule_of(w: Work, source_id: int | None) -> tuple[int, Rule]:
    """The number of the source, and the rule that holds for it; 0 for what is keyed in. Raises Refused
    ``source_unknown``."""
    everything = sources(w)
    source = everything.of(source_id)
    if source_id is not None and source is None:
        raise Refused("source_unknown", "source")
    return source.id if source else 0, everything.rule_of(source)


def choose_rule(actor: Actor, rule: Mapping[str, object], seen: int | None) -> None:
    """The organisation's, from now on: what was proposed or passed over before stays so. `seen`: the version on screen; none:
    there was none yet. Raises Refused: ``changed_meanwhile``, and those of `domain.evaluations.read_rule`."""
    with work(actor, Right.EVALUATE) as w:
        data = read_rule(rule).as_data()
        row = w.session.scalar(select(m.EvaluationSource).where(m.EvaluationSource.name == ORGANISATION))
        if row is not None and row.rule == data:
            return
        if (row.version if row else None) != seen:
            raise Refused("changed_meanwhile")
        if row is None:
            row = m.EvaluationSource(name=ORGANISATION, columns={"columns": {}})
            w.session.add(row)
        row.rule, row.saved_by, row.saved_at = data, w.me, w.now


def save(
    actor: Actor,
    name: str,
    mapping: ColumnMap,
    question: str = "",
    rule: Mapping[str, object] | None = None,
    source_id: int | None = None,
    seen: int | None = None,
) -> int:
    """A new source, or what is known of one (with the version that was on screen); its number. The same again is the same
    source.

    Raises Refused: ``missing``, ``source_exists``, ``source_unknown``, ``source_needs_column``, ``source_column``,
    ``changed_meanwhile``, those of `domain.mapping.read_map` and of `domain.evaluations.read_rule`.
    """
    with work(actor, Right.EVALUATE) as w:
        said = {
            "name": line(required(name, "name", LONGEST_NAME), "name", LONGEST_NAME),
            "columns": _columns(mapping),
            "question": line(question, "question"),
            "rule": read_rule(rule).as_data() if rule is not None else None,
        }
        s = m.EvaluationSource
        same_name = w.session.scalar(select(s).where(s.name == said["name"]))
        row = _there(w, source_id) if source_id is not None else same_name
        if row is not None and all(getattr(row, key) == value for key, value in said.items()):
            return row.id
        if same_name is not None and (source_id is None or same_name is not row):
            raise Refused("source_exists", "name")
        if row is None:
            row = s(saved_by=w.me, saved_at=w.now, **said)
            w.session.add(row)
        elif row.version != seen:
            raise Refused("changed_meanwhile")
        for key, value in said.items():
            setattr(row, key, value)
        row.saved_by, row.saved_at = w.me, w.now
        w.session.flush()  # its number
        return row.id


def _there(w: Work, source_id: int) -> m.EvaluationSource:
    row = w.session.get(m.EvaluationSource, number(source_id))
    if row is None or row.name == ORGANISATION:
        raise Refused("source_unknown", "source")
    return row


def _columns(mapping: ColumnMap) -> dict[str, object]:
    if not isinstance(mapping, ColumnMap):
        raise Refused("mapping_damaged", "mapping")
    tidy = read_map(mapping.as_data())
    if set(tidy.columns) - set(TARGETS):
        raise Refused("source_column", "mapping")
    if not {"score", "words"} & set(tidy.columns):
        raise Refused("source_needs_column", "mapping")
    return tidy.as_data()


def _source(row: m.EvaluationSource) -> Source:
    rule = read_rule(row.rule) if row.rule is not None else None
    return Source(row.id, row.name, read_map(row.columns), row.question, rule, row.version)
