"""Dates computed by hand, from the Acts and from the calendar (`tests/data/vectors.csv`): never what the engine said.

One row is one dossier. `facts` are `fact@day`, or `fact@day>day` where the fact names a day (a notice of extension, a
measure, the last day of a pause). `closed` adds (+) or leaves out (-) closed days. `expect` names promises as `CODE` of the
main procedure or `PROCEDURE.CODE`, `#2` for the second one with that code and `#last` for the newest, `absent` for one that
may not be there; or `refused=<code>` for what the last fact may not do.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from domain.book import Circumstances
from domain.calendar import Calendar
from domain.errors import Refused
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.promises import Promise, state
from domain.terms import Roll, Rule, Standing, Term, Unit, When, due
from services.profiles import standard, standard_calendar

PROFILE = standard("kinderopvang-welzijn")
CLOSED = standard_calendar(2020, 2035).closed
PROCEDURES = ("HOUSE_WEEK", "WKO", "WKKGZ", "AWB", "JEUGDWET", "TRAINING", "WBK", "UNWANTED", "GDPR")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = {"hour": Unit.HOURS, "day": Unit.DAYS, "week": Unit.WEEKS, "month": Unit.MONTHS, "year": Unit.YEARS}

with (Path(__file__).parent.parent / "data" / "vectors.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
TERMS = [row for row in ROWS if row["procedure"] == "TERM"]
OF_THE_ORGANISATION = [row for row in ROWS if row["group"] == "organisation"]
DOSSIERS = [row for row in ROWS if row["procedure"] != "TERM" and row["group"] != "organisation"]


# Reading a row


@dataclass(frozen=True)
class Expected:
    procedure: str
    code: str
    number: int | None  # of the promises with this code; None for the newest
    target: date | None
    legal: date | None
    state: str | None
    absent: bool


def parts(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(";") if each.strip()]


def entry(written: str) -> Entry:
    found = re.fullmatch(r"([a-z_]+)@([\d-]{10})(?:>([\d-]{10}))?", written)
    assert found, written
    given = date.fromisoformat(found[3]) if found[3] else None
    return Entry(Fact(found[1]), date.fromisoformat(found[2]), given)


def expected(written: str, main: str) -> Expected:
    name, *claims = written.split()
    key, _, number = name.partition("#")
    procedure, _, code = key.rpartition(".")
    said = dict(claim.split("=", 1) for claim in claims if claim != "absent")
    assert set(said) <= {"target", "legal", "state"}, written
    assert claims, written
    return Expected(
        procedure or main,
        code,
        None if number == "last" else int(number or 1),
        date.fromisoformat(said["target"]) if "target" in said else None,
        date.fromisoformat(said["legal"]) if "legal" in said else None,
        said.get("state"),
        "absent" in claims,
    )


def calendar_of(row: dict[str, str]) -> Calendar:
    signs = row["closed"].split()
    added = {date.fromisoformat(each[1:]) for each in signs if each[0] == "+"}
    left_out = {date.fromisoformat(each[1:]) for each in signs if each[0] == "-"}
    assert len(added) + len(left_out) == len(signs)
    return Calendar(CLOSED - left_out | added)


def circumstances(row: dict[str, str]) -> Circumstances:
    about = dict(each.partition("=")[::2] for each in parts(row["about"]))
    resolved = about.pop("already_resolved", None)
    resolved_on = date.fromisoformat(resolved) if resolved else None
    holds = frozenset(When(each) for each in about) or {When.NO_COMMITTEE}
    return Circumstances(frozenset(holds), bool(resolved), resolved_on)


def the_promise(book: tuple[Promise, ...], wanted: Expected) -> Promise:
    same = [each for each in book if (each.procedure, each.code) == (wanted.procedure, wanted.code)]
    assert same, f"no {wanted.code} among {[each.key for each in book]}"
    return same[-1] if wanted.number is None else same[wanted.number - 1]


def check(book: tuple[Promise, ...], wanted: Expected, today: str) -> None:
    if wanted.absent:
        assert (wanted.procedure, wanted.code) not in {(each.procedure, each.code) for each in book}
        return
    promise = the_promise(book, wanted)
    assert wanted.target in (None, promise.target_on), f"target is {promise.target_on}"
    assert wanted.legal in (None, promise.legal_on), f"legal is {promise.legal_on}"
    if wanted.state:
        assert state(promise, date.fromisoformat(today)) == wanted.state, promise


def rule_of(procedure: str, code: str) -> Rule:
    return next(each for each in PROFILE.terms if (each.procedure, each.code) == (procedure, code))


# The vectors


@pytest.mark.parametrize("row", DOSSIERS, ids=[row["id"] for row in DOSSIERS])
def test_a_dossier_stands_as_computed_by_hand(row: dict[str, str]) -> None:
    rules = PROFILE.rules_for(row["procedure"], row["overlay"] or None)
    entries = [entry(each) for each in parts(row["facts"])]
    about, calendar = circumstances(row), calendar_of(row)

    if row["expect"].startswith("refused="):
        replay(entries[:-1], rules, calendar, about)  # what came before is allowed
        with pytest.raises(Refused) as refused:
            replay(entries, rules, calendar, about)
        assert refused.value.code == row["expect"].partition("=")[2]
        return
    book = replay(entries, rules, calendar, about)

    for each in parts(row["expect"]):
        check(tuple(book), expected(each, row["procedure"]), row["today"])


@pytest.mark.parametrize("row", OF_THE_ORGANISATION, ids=[row["id"] for row in OF_THE_ORGANISATION])
def test_a_duty_of_the_organisation_falls_as_computed_by_hand(row: dict[str, str]) -> None:
    [fact], [claim] = [entry(each) for each in parts(row["facts"])], parts(row["expect"])
    wanted = expected(claim, row["procedure"])
    rule = rule_of(wanted.procedure, wanted.code)

    found = due(rule, fact.on, calendar_of(row))

    assert fact.fact in rule.trigger
    assert (found.target_on, found.legal_on) == (wanted.target, wanted.legal or wanted.target)


@pytest.mark.parametrize("row", TERMS, ids=[row["id"] for row in TERMS])
def test_a_statutory_term_ends_as_computed_by_hand(row: dict[str, str]) -> None:
    amount, unit = row["about"].removeprefix("term=").split()
    rule = Rule(
        procedure="TERM",
        code="END",
        label="Einde",
        trigger=(Fact.RECEIVED,),
        met_by=(Fact.RESPONSE_SENT,),
        cancelled_by=(),
        standing=Standing.LAW,
        source="Algemene termijnenwet",
        term=Term(int(amount), UNITS[unit.removesuffix("s")]),
        roll=Roll.NEXT_WORKING_DAY,
    )
    wanted = expected(row["expect"], "TERM")

    found = due(rule, date.fromisoformat(row["facts"].removeprefix("start@")), calendar_of(row))

    assert (found.target_on, found.legal_on) == (wanted.target, wanted.legal)


# The file itself


def test_there_are_enough_vectors_and_each_has_a_name() -> None:
    assert len(ROWS) >= 150
    assert [row["id"] for row in ROWS if Counter(each["id"] for each in ROWS)[row["id"]] > 1] == []
    assert all(re.fullmatch(r"[a-z0-9-]+", row["id"]) for row in ROWS)


def test_every_vector_says_where_it_comes_from_and_how_it_is_computed() -> None:
    for row in ROWS:
        assert len(row["source"]) > 10, row["id"]
        assert re.search(r"\d", row["computation"]), row["id"]
        assert row["expect"], row["id"]


def test_a_vector_that_names_a_state_says_on_which_day() -> None:
    assert [row["id"] for row in ROWS if "state=" in row["expect"] and not row["today"]] == []


@pytest.mark.parametrize("year", range(2024, 2031))
def test_every_year_from_2024_to_2030_has_vectors(year: int) -> None:
    assert sum(f"{year}-" in row["expect"] for row in ROWS) >= 5


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_every_procedure_has_vectors(procedure: str) -> None:
    assert sum(row["procedure"] == procedure for row in ROWS) >= 4


def test_every_rule_of_the_nine_procedures_has_a_vector() -> None:
    named = {
        f"{each.procedure}.{each.code}"
        for row in ROWS
        if not row["expect"].startswith("refused=")
        for each in (expected(claim, row["procedure"]) for claim in parts(row["expect"]))
    }
    shipped = {f"{each.procedure}.{each.code}" for each in PROFILE.terms if each.procedure in PROCEDURES}

    assert sorted(shipped - named) == []


def test_there_are_at_least_twenty_combinations() -> None:
    assert sum(row["group"] == "combination" for row in ROWS) >= 20


def test_the_weekdays_in_the_computations_are_real() -> None:
    for row in ROWS:
        found = re.findall(r"\b([MTWFS][a-z]{2}) (\d{1,2}) ([A-Z][a-z]{2}) (\d{4})", row["computation"])
        for weekday, number, month, year in found:
            assert WEEKDAYS[date(int(year), MONTHS.index(month) + 1, int(number)).weekday()] == weekday, row["id"]


def test_every_day_that_is_expected_stands_in_its_computation() -> None:
    for row in ROWS:
        for claim in parts(row["expect"]):
            for day in re.findall(r"(?:target|legal)=([\d-]{10})", claim):
                on = date.fromisoformat(day)
                assert f"{on.day} {MONTHS[on.month - 1]} {on.year}" in row["computation"], (row["id"], day)
