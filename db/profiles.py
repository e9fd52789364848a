"""Profiles: an organisation's procedure as data (`db/profiles/*.toml`), validated. Errors name the line and the key."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass as plain_dataclass
from dataclasses import field
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from db.retention import RetentionText, wrong
from db.toml_lines import KeyPath, Where, lines_of
from domain.escalation import NEAREST, Rung, Step
from domain.facts import Fact
from domain.terms import Extension, Reach, Roll, Rule, Standing, Term, Unit, When
from domain.vocabulary import Channel, ComplainantType, LadderLevel

FOLDER = Path(__file__).resolve().parent / "profiles"

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
Line = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(min_length=1, max_length=6000)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{1,29}$")]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z_]{1,29}$")]
Amount = Annotated[int, Field(strict=True, ge=0, le=3660)]


@dataclass(frozen=True, config=_STRICT)
class TermText:
    amount: Amount
    unit: Unit

    def term(self) -> Term:
        return Term(self.amount, self.unit)


@dataclass(frozen=True, config=_STRICT)
class ExtendText:
    by: Fact
    successor: Code
    once: bool = False
    before_expiry: bool = False
    limit: TermText | None = None
    further_with_consent: bool = False
    notify: tuple[Literal["complainant", "respondent", "provider", "committee"], ...] = ("complainant",)

    def extension(self) -> Extension:
        limit = self.limit.term() if self.limit else None
        return Extension(self.by, self.successor, self.once, self.before_expiry, limit, self.further_with_consent, self.notify)


_ENDS = (Fact.WITHDRAWN, Fact.NOT_HANDLED, Fact.CLOSED)


@dataclass(frozen=True, config=_STRICT)
class RuleText:
    """One rule as written; `rule()` is what the engine computes with."""

    procedure: Code
    code: Code
    label: Line
    trigger: Annotated[tuple[Fact, ...], Field(min_length=1)]
    met_by: Annotated[tuple[Fact, ...], Field(min_length=1)]
    status: Standing
    source: Line
    amount: Amount | None = None
    unit: Unit | None = None
    date: Annotated[str, Field(pattern=r"^(given|(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))$")] | None = None
    roll: Roll = Roll.NONE
    extend: ExtendText | None = None
    when: When = When.ALWAYS
    trigger_if_resolved: Fact | None = None
    counts_from: Literal[Fact.RECEIVED] | None = None
    recurs_for: TermText | None = None
    only_while: Code | None = None
    cancelled_by: tuple[Fact, ...] = _ENDS
    pause: bool = False
    ceiling: bool = False
    informative: bool = False
    scope: Reach = Reach.DOSSIER

    def rule(self) -> Rule:
        fixed = None if self.date in (None, "given") else _month_day(str(self.date))
        return Rule(
            procedure=self.procedure,
            code=self.code,
            label=self.label,
            trigger=self.trigger,
            met_by=self.met_by,
            cancelled_by=self.cancelled_by,
            standing=self.status,
            source=self.source,
            term=Term(self.amount, self.unit) if self.amount is not None and self.unit is not None else None,
            fixed=fixed,
            roll=self.roll,
            extend=self.extend.extension() if self.extend else None,
            when=self.when,
            trigger_if_resolved=self.trigger_if_resolved,
            counts_from=self.counts_from,
            recurs_for=self.recurs_for.term() if self.recurs_for else None,
            only_while=self.only_while,
            pause=self.pause,
            ceiling=self.ceiling,
            informative=self.informative,
            reach=self.scope,
        )


def _month_day(written: str) -> tuple[int, int]:
    month, day = written.split("-")
    return int(month), int(day)


@dataclass(frozen=True, config=_STRICT)
class Procedure:
    key: Code
    label: Line
    explanation: Words


@dataclass(frozen=True, config=_STRICT)
class Course:
    """A procedure and a second set of clocks over it."""

    procedure: Code
    overlay: Code | None = None


@dataclass(frozen=True, config=_STRICT)
class Sector:
    """Which procedure a complaint in this sector follows; `overlay` is a second set of clocks; `also` is what somebody may
    choose instead."""

    key: Key
    label: Line
    procedure: Code
    overlay: Code | None = None
    also: tuple[Course, ...] = ()

    def choices(self, with_committee: Container[str]) -> tuple[tuple[str, bool], ...]:
        """Each procedure that somebody may choose here, and whether our own committee handles it; the usual one first."""
        known = dict.fromkeys((self.procedure, *(each.procedure for each in self.also)))
        return tuple((key, by) for key in known for by in (False, True) if not by or key in with_committee)

    def course(self, procedure: str | None) -> Course | None:
        """The procedure of this name as this sector follows it; the usual one for None; None where it does not know it."""
        usual = Course(self.procedure, self.overlay)
        if procedure in (None, self.procedure):
            return usual
        return next((each for each in self.also if each.procedure == procedure), None)


@dataclass(frozen=True, config=_STRICT)
class Category:
    sector: Key
    name: Line
    subcategories: tuple[Line, ...] = ()
    catch_all: bool = False  # what a complaint gets when nobody chose


@dataclass(frozen=True, config=_STRICT)
class Restricted:
    """A category that does not take the ordinary road: a closed compartment, or a red flag."""

    name: Line
    treatment: Literal["unwanted_behaviour", "whistleblower", "red_flag"]
    explanation: Words
    procedure: Code | None = None
    subcategories: tuple[Line, ...] = ()


@dataclass(frozen=True, config=_STRICT)
class LadderStep:
    level: LadderLevel
    label: Line
    explanation: Words


@dataclass(frozen=True, config=_STRICT)
class StepText:
    """Who hears of a promise that is near or past its date without action, and when (working days)."""

    to: Rung
    days: Annotated[int, Field(strict=True, ge=-NEAREST, le=60)]


@dataclass(frozen=True, config=_STRICT)
class Body:
    """An outside body. Only affiliated ones are printed in letters (R008); any can be recorded (R009)."""

    key: Key
    name: Line
    type: Literal["complaints_desk", "disputes_committee", "ombudsman", "regulator", "wb_authority", "expert", "other"]
    affiliated: bool
    does: Words  # what it does for the complainant
    sectors: tuple[Key, ...] = ()  # none: every sector
    url: str = ""
    conditions: str = ""
    costs: str = ""


@dataclass(frozen=True, config=_STRICT)
class HelpText:
    key: Key
    title: Line
    text: Words


@dataclass(frozen=True, config=_STRICT)
class Profile:
    """A whole procedure. Lists keep the order of the file."""

    key: Key
    name: Line
    label: Line
    updated_on: dt.date  # "geactualiseerd op" (R064)
    consultation_with: Literal["partners", "management", "none"]
    confidant_mode: Literal["support", "appeal", "both"]
    red_flag_question: bool
    sectors: Annotated[tuple[Sector, ...], Field(min_length=1)]
    procedures: Annotated[tuple[Procedure, ...], Field(min_length=1)]
    rules: Annotated[tuple[RuleText, ...], Field(min_length=1)]
    ladder: Annotated[tuple[LadderStep, ...], Field(min_length=2)]
    bodies: tuple[Body, ...]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    restricted: tuple[Restricted, ...]
    complainant_types: Annotated[tuple[ComplainantType, ...], Field(min_length=1)]
    functions: Annotated[tuple[Line, ...], Field(min_length=1)]
    help: Annotated[tuple[HelpText, ...], Field(min_length=1)]
    channels: tuple[Channel, ...] = tuple(Channel)
    escalation: tuple[StepText, ...] = ()  # none: nothing climbs
    retention: RetentionText = RetentionText()

    @cached_property
    def rungs(self) -> tuple[Step, ...]:
        return tuple(Step(each.to, each.days) for each in self.escalation)

    @cached_property
    def terms(self) -> tuple[Rule, ...]:
        return tuple(each.rule() for each in self.rules)

    @cached_property
    def with_committee(self) -> frozenset[str]:
        """The procedures that know our own complaints committee."""
        return frozenset(rule.procedure for rule in self.terms if rule.when is When.COMMITTEE)

    def rules_for(self, procedure: str, overlay: str | None = None) -> tuple[Rule, ...]:
        """The rules that open promises in a dossier: of its main procedure first, then of its overlay."""
        wanted = [procedure] if overlay in (None, procedure) else [procedure, overlay]
        return tuple(rule for each in wanted for rule in self.terms if rule.procedure == each and rule.reach is Reach.DOSSIER)

    def sector(self, key: str | None) -> Sector | None:
        return next((sector for sector in self.sectors if sector.key == key), None)

    def bodies_for(self, sector: str | None) -> tuple[Body, ...]:
        """The outside bodies that this sector knows (R012)."""
        return tuple(body for body in self.bodies if not body.sectors or sector in body.sectors)

    def categories_for(self, sector: str | None) -> tuple[Category, ...]:
        return tuple(each for each in self.categories if each.sector == sector)


_adapter: TypeAdapter[Profile] = TypeAdapter(Profile)


@plain_dataclass(frozen=True)
class Fault:
    """What is wrong in a profile: where, and a code with what its sentence needs."""

    line: int  # 1 is the first line of the file
    key: str  # "rules[3].unit"
    code: str
    values: dict[str, object] = field(default_factory=dict)


class ProfileInvalid(ValueError):
    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"line {each.line}: {each.key}: {each.code}" for each in faults))
        self.faults = faults


@lru_cache(maxsize=16)
def parse(source: str) -> Profile:
    """The profile in this TOML. Raises ProfileInvalid with every fault that was found."""
    try:
        read = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ProfileInvalid((_syntax_fault(error, source),)) from error
    where = lines_of(source)
    try:
        profile = _adapter.validate_python(read)
    except ValidationError as error:
        raise ProfileInvalid(tuple(_shape_faults(error, where))) from error
    faults = tuple(Fault(where.line(path), _shown(path), code, values) for path, code, values in _sense(profile))
    if faults:
        raise ProfileInvalid(faults)
    return profile


def _syntax_fault(error: tomllib.TOMLDecodeError, source: str) -> Fault:
    found = re.search(r"at line (\d+), column (\d+)", str(error))
    line = int(found[1]) if found else max(1, len(source.splitlines()))
    return Fault(line, "", "syntax", {"column": int(found[2]) if found else 1})


def _shape_faults(error: ValidationError, where: Where) -> Iterator[Fault]:
    found = error.errors(include_url=False, include_input=False)
    inside = {each["loc"][:1] for each in found if len(each["loc"]) > 1}
    for each in found:
        if each["type"] == "too_short" and each["loc"] in inside:
            continue  # it is short because its entries are wrong, and those are named
        values: dict[str, object] = {name: value for name, value in each.get("ctx", {}).items() if isinstance(value, str | int)}
        yield Fault(where.line(each["loc"]), _shown(each["loc"]), str(each["type"]), values)


def _shown(path: KeyPath) -> str:
    written = ""
    for part in path:
        written += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if written else part
    return written


Wrong = tuple[KeyPath, str, dict[str, object]]


def _sense(profile: Profile) -> Iterator[Wrong]:
    """What the shape cannot say: names that must exist, and rules that must be complete."""
    yield from _twice("sectors", [each.key for each in profile.sectors])
    yield from _twice("procedures", [each.key for each in profile.procedures])
    yield from _twice("bodies", [each.key for each in profile.bodies])
    yield from _twice("ladder", [each.level.value for each in profile.ladder])
    yield from _twice("help", [each.key for each in profile.help])
    yield from _twice("escalation", [each.to.value for each in profile.escalation])
    yield from _later("escalation", [each.days for each in profile.escalation])
    yield from _twice("rules", [f"{each.procedure}.{each.code}" for each in profile.rules])
    yield from _twice("categories", [f"{each.sector}: {each.name}" for each in profile.categories])
    yield from _names(profile)
    for number, rule in enumerate(profile.rules):
        for key, code, values in _rule_sense(rule, profile):
            yield ("rules", number, key), code, values


def _twice(table: str, keys: list[str]) -> Iterator[Wrong]:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield (table, number), "twice", {"name": key}


def _later(table: str, days: list[int]) -> Iterator[Wrong]:
    for number, (before, now) in enumerate(pairwise(days), start=1):
        if now <= before:
            yield (table, number, "days"), "not_later", {"before": before}


HELP = ("procedure", "confidentiality", "ladder", "appeal", "privacy")  # what the help page must be able to tell


def _names(profile: Profile) -> Iterator[Wrong]:
    procedures = {each.key for each in profile.procedures}
    sectors = {each.key for each in profile.sectors}
    for number, sector in enumerate(profile.sectors):
        yield from _unknown("sectors", number, "procedure", [sector.procedure], procedures)
        yield from _unknown("sectors", number, "overlay", [sector.overlay], procedures)
        if sector.overlay == sector.procedure:
            yield ("sectors", number, "overlay"), "overlay_is_main", {}
        for course in sector.also:
            yield from _unknown("sectors", number, "also", [course.procedure, course.overlay], procedures)
            if course.overlay == course.procedure:
                yield ("sectors", number, "also"), "overlay_is_main", {}
        if not profile.categories_for(sector.key):
            yield ("sectors", number), "no_categories", {"name": sector.key}
    for number, category in enumerate(profile.categories):
        yield from _unknown("categories", number, "sector", [category.sector], sectors)
    for number, body in enumerate(profile.bodies):
        yield from _unknown("bodies", number, "sectors", body.sectors, sectors)
    for number, each in enumerate(profile.restricted):
        yield from _unknown("restricted", number, "procedure", [each.procedure], procedures)
        yield from _restricted_sense(profile, number, each)
    yield from wrong(profile.retention, procedures, _listed(procedures))
    missing = set(HELP) - {each.key for each in profile.help}
    if missing:
        yield ("help",), "help_missing", {"name": _listed(missing)}


def _unknown(table: str, number: int, key: str, names: Iterable[str | None], known: set[str]) -> Iterator[Wrong]:
    for name in names:
        if name is not None and name not in known:
            yield (table, number, key), "unknown_name", {"name": name, "known": _listed(known)}


def _restricted_sense(profile: Profile, number: int, each: Restricted) -> Iterator[Wrong]:
    if each.treatment != "red_flag" and each.procedure is None:
        yield ("restricted", number), "procedure_missing", {}
    if each.treatment == "red_flag" and not profile.red_flag_question:
        yield ("restricted", number, "treatment"), "red_flag_not_asked", {}


def _rule_sense(rule: RuleText, profile: Profile) -> Iterator[tuple[str, str, dict[str, object]]]:
    codes = {each.code for each in profile.rules if each.procedure == rule.procedure}
    procedures = {each.key for each in profile.procedures}
    if rule.procedure not in procedures:
        yield "procedure", "unknown_name", {"name": rule.procedure, "known": _listed(procedures)}
    if (rule.amount is None) != (rule.unit is None):
        yield "amount" if rule.unit is None else "unit", "amount_without_unit", {}
    if (rule.amount is None) == (rule.date is None):
        yield "code", "term_or_date", {}
    for key, name in (("extend", rule.extend.successor if rule.extend else None), ("only_while", rule.only_while)):
        if name is not None and name not in codes:
            yield key, "unknown_name", {"name": name, "known": _listed(codes)}
    if rule.ceiling and rule.amount is None:
        yield "ceiling", "term_or_date", {}
    if rule.pause and rule.roll is not Roll.NONE:
        yield "pause", "pause_rolls", {}


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def standard_keys() -> tuple[str, ...]:
    """The profiles that ship with the register."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "closed_days"))


def standard_source(key: str) -> str:
    """The TOML of a standard profile. Raises KeyError."""
    if key not in standard_keys():
        raise KeyError(key)
    return (FOLDER / f"{key}.toml").read_text(encoding="utf-8")
