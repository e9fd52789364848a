"""How long a dossier is kept, what stops it from going, and who lets it go (domain.md T17, 5.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.retention import Block, Proposal, Stand, Terms, What, alone_from, awaiting, blocks, why_not_confirmed
from domain.vocabulary import Compartment
from services.profiles import standard

TERMS = Terms(
    {Compartment.REGULAR: 2, Compartment.UNWANTED_BEHAVIOUR: 1, Compartment.WHISTLEBLOWER: 2}, 1, 2, (6, 1), {"WKKGZ": 5}
)
FREE = Stand(until=date(2026, 11, 21), today=date(2026, 11, 21), closed=True)
CLOSED = (Compartment.UNWANTED_BEHAVIOUR, Compartment.WHISTLEBLOWER)


@pytest.mark.parametrize(
    ("ended_on", "years", "until"),
    [
        (date(2024, 11, 21), 2, date(2026, 11, 21)),
        (date(2024, 2, 29), 2, date(2026, 2, 28)),  # no such day that year: its last one
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2025, 12, 31), 1, date(2026, 12, 31)),
        (date(2025, 3, 1), 1, date(2026, 6, 1)),  # the report of 2025 still needs it
    ],
)
def test_a_term_counts_whole_years_and_waits_for_the_report_of_the_year_in_which_it_ended(
    ended_on: date, years: int, until: date
) -> None:
    assert TERMS.until(ended_on, years) == until


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.dates(date(2003, 1, 1), date(2060, 12, 31)), st.integers(1, 30))
def test_the_last_day_on_which_it_can_have_ended_is_the_last_one(on: date, years: int) -> None:
    last = TERMS.latest_end(years, on)

    assert TERMS.until(last, years) <= on < TERMS.until(last + timedelta(days=1), years)


def test_a_procedure_can_have_a_term_of_its_own_in_the_ordinary_register_only() -> None:
    assert TERMS.years(What.DOSSIER, Compartment.REGULAR, "HOUSE_WEEK") == 2
    assert TERMS.years(What.DOSSIER, Compartment.REGULAR, "WKKGZ") == 5
    assert TERMS.years(What.DOSSIER, Compartment.UNWANTED_BEHAVIOUR, "WKKGZ") == 1
    assert {TERMS.years(What.CONTACT, each, "WKKGZ") for each in Compartment} == {1}


@pytest.mark.parametrize(
    ("change", "block"),
    [
        ({"closed": False}, Block.NOT_CLOSED),
        ({"until": date(2026, 11, 22)}, Block.TERM),
        ({"held": True}, Block.HOLD),
        ({"appeal_open": True}, Block.APPEAL),
        ({"outside_open": True}, Block.OUTSIDE),
        ({"measure_open": True}, Block.MEASURE),
        ({"report_open": True}, Block.REPORT),
    ],
)
def test_each_thing_stops_it_by_itself(change: dict[str, object], block: Block) -> None:
    assert blocks(FREE) == ()
    assert blocks(replace(FREE, **change)) == (block,)  # type: ignore[arg-type]


def test_everything_that_stops_it_is_said() -> None:
    stand = Stand(date(2027, 1, 1), date(2026, 1, 1), False, True, True, True, True, True)

    assert blocks(stand) == tuple(Block)


@pytest.mark.parametrize("compartment", Compartment)
def test_another_person_confirms_at_once(compartment: Compartment) -> None:
    assert why_not_confirmed(Proposal(compartment, 1, date(2026, 11, 1), others=True), 2, date(2026, 11, 1)) is None


@pytest.mark.parametrize("others", [True, False])
def test_nobody_confirms_an_own_proposal_in_the_ordinary_register(others: bool) -> None:
    proposal = Proposal(Compartment.REGULAR, 1, date(2020, 1, 1), others)

    assert (alone_from(proposal), why_not_confirmed(proposal, 1, date(2026, 1, 1))) == (None, "second_person")


@pytest.mark.parametrize("compartment", CLOSED)
def test_the_only_keeper_of_a_closed_compartment_confirms_a_week_later(compartment: Compartment) -> None:
    alone = Proposal(compartment, 1, date(2026, 11, 1), others=False)

    assert alone_from(alone) == date(2026, 11, 8)
    assert why_not_confirmed(alone, 1, date(2026, 11, 7)) == "alone_too_soon"
    assert why_not_confirmed(alone, 1, date(2026, 11, 8)) is None
    assert why_not_confirmed(replace(alone, others=True), 1, date(2027, 1, 1)) == "second_person"


@pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])
def test_the_standard_terms_are_those_of_the_schedule(profile: str) -> None:
    terms = standard(profile).retention.terms()

    assert terms.years(What.DOSSIER, Compartment.REGULAR, "HOUSE_WEEK") == 2
    assert terms.years(What.DOSSIER, Compartment.WHISTLEBLOWER, "WBK") == 2
    assert (terms.contact, terms.access_log, terms.reported) == (1, 2, (6, 1))


@pytest.mark.parametrize(
    ("days", "put_down_on", "years"),
    [
        ([date(2025, 3, 1), date(2025, 4, 1), date(2025, 4, 9)], date(2025, 3, 1), {2025}),
        ([date(2025, 12, 30), date(2026, 1, 5), date(2027, 2, 1)], date(2025, 12, 30), {2025, 2026, 2027}),
        ([date(2025, 3, 1)], date(2026, 5, 31), {2025}),  # an old register that came along on the last day
        ([date(2025, 3, 1)], date(2026, 6, 1), set()),
        ([date(2019, 3, 1), date(2026, 2, 1)], date(2026, 11, 21), {2026}),
        ([], date(2026, 11, 21), set()),
    ],
)
def test_a_report_that_had_gone_out_before_it_came_into_the_register_does_not_wait_for_it(
    days: list[date], put_down_on: date, years: set[int]
) -> None:
    assert awaiting(days, put_down_on) == years
