"""The yearly overview against the obvious slow way, and against what its reader may not see."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.indicators import BY_KEY, Kept, Measure
from domain.promises import PromiseState, state
from domain.vocabulary import Compartment, ExternalStage, Outcome, Relation, Status
from services import overview, overview_dossiers
from services.overview import Counted, Cut, Overview, Standing
from tests.conftest import PROFILES, TODAY, Cast
from tests.figures import so_many
from tests.fill import make_complaint, make_party, make_promise
from tests.services.overview_oracle import Oracle
from tests.services.registers import READS_FILES, dossiers, some_register
from tests.services.test_board import counted, filled


def period(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


SEEDS = range(so_many(50, 1))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("who", ["cora", "piet", "mia", "hans"])
def test_every_figure_agrees_with_counting_by_hand(engine: Engine, cast: Cast, seed: int, who: str) -> None:
    chance = random.Random(f"{seed} {who}")
    with filled(engine) as session:
        some_register(session, cast, chance, chance.choice([1, 25, 60]), who)
    with Session(engine) as session:
        seen = dossiers(session, cast, who)
        units = {each.id: each.name for each in session.scalars(select(m.OrgUnit))}

        for year in (2026, 2025, 2024):
            shown = overview.year(cast.actor(who), year)
            now, before = (Oracle(seen, *period(each), TODAY) for each in (shown.year, shown.year - 1))

            expected = now.indicators(READS_FILES[who])
            assert {key: each.of(shown.now) for key, each in BY_KEY.items()} == expected
            assert {key: each.of(shown.before) for key, each in BY_KEY.items()} == before.indicators(READS_FILES[who])
            assert [each.share for each in shown.running] == now.running()
            tables_agree(shown, now, before, units)
            agrees_in_total(shown)


def tables_agree(shown: Overview, now: Oracle, before: Oracle, units: Mapping[int, str]) -> None:
    """Line by line. `units`: their names by number."""
    for rows, value in (
        (shown.channels, lambda c: c.channel),
        (shown.subjects, lambda c: c.subject_type),
        (shown.categories, lambda c: c.category),
        (shown.units, lambda c: units.get(c.unit_id)),
        (shown.outcomes, lambda c: c.outcome),
        (shown.months, lambda c: str(c.received_on.month)),
    ):
        agrees(rows, now.by(value), before.by(value))
    assert {(each.category, each.unit_id): each.number for each in shown.cells} == now.by(lambda c: (c.category, c.unit_id))


def agrees(rows: tuple[Counted, ...], now: dict[object, int], before: dict[object, int]) -> None:
    found = {each.key: (each.now, each.before) for each in rows if (each.now, each.before) != (0, 0)}
    keys = now.keys() | before.keys()
    if None not in found:  # an outcome that is not there is no outcome
        keys -= {None} if not any(each.key is None for each in rows) and len(rows) < len(keys) else set()
    assert found == {key: (now.get(key, 0), before.get(key, 0)) for key in keys}


def agrees_in_total(shown: Overview) -> None:
    """Sums over what a complaint always has are the number of complaints."""
    for rows in (shown.months, shown.channels, shown.subjects, shown.categories, shown.units):
        assert sum(each.now for each in rows) == shown.now.received
        assert sum(each.before for each in rows) == shown.before.received
    assert sum(each.number for each in shown.cells) == shown.now.received
    assert sum(each.now for each in shown.outcomes) == shown.now.decided
    assert sum(each.now for each in shown.leads) == shown.now.answered
    assert sum((each.now for each in shown.promises), Kept()) == shown.now.kept == shown.running[-1]
    if shown.files.numbers is not None:
        assert sum(each.now for each in shown.files.complainants) == shown.now.received


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("who", ["cora", "piet", "hans"])
def test_what_is_open_today_agrees_with_counting_by_hand(engine: Engine, cast: Cast, seed: int, who: str) -> None:
    with filled(engine) as session:
        some_register(session, cast, random.Random(f"{seed} {who}"), 40, who)
    with Session(engine) as session:
        seen = Oracle(dossiers(session, cast, who), *period(2026), TODAY).complaints
        done = {Status.CLOSED, Status.WITHDRAWN, Status.NOT_HANDLED, Status.ANONYMISED}
        waiting = [each.complaint for each in seen if each.complaint.status not in done]
        late = [each for each in seen if each.complaint.next_due_on is not None and each.complaint.next_due_on < TODAY]
        oldest = min((each.received_on for each in waiting), default=None)

        shown = overview.year(cast.actor(who)).standing

    assert shown == Standing(len(waiting), len(late), oldest, (TODAY - oldest).days if oldest else None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("who", ["cora", "piet", "mia"])
def test_a_filter_is_the_same_as_a_smaller_register(engine: Engine, cast: Cast, seed: int, who: str) -> None:
    with filled(engine) as session:
        some_register(session, cast, random.Random(f"{seed} {who}"), 60, who)
    cuts = {
        Cut(unit_id=cast.units["noord"]): lambda c: c.unit_id == cast.units["noord"],
        Cut(category="Resultaat"): lambda c: c.category == "Resultaat",
        Cut(procedure="HOUSE_WEEK"): lambda c: "HOUSE_WEEK" in (c.procedure, c.overlay),
        Cut(category="Resultaat", procedure="WKO"): lambda c: c.category == "Resultaat" and c.procedure == "WKO",
        Cut(unit_id=0): lambda _: False,
    }
    with Session(engine) as session:
        seen = dossiers(session, cast, who)
        for cut, belongs in cuts.items():
            fewer = Oracle([each for each in seen if belongs(each.complaint)], *period(2026), TODAY)

            shown = overview.year(cast.actor(who), 2026, cut)

            assert {key: each.of(shown.now) for key, each in BY_KEY.items()} == fewer.indicators(READS_FILES[who]), cut
            agrees_in_total(shown)


def test_a_unit_is_counted_with_what_lies_below_it(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        top = session.scalars(select(m.OrgUnit.id).where(m.OrgUnit.parent_id.is_(None))).one()
        make_complaint(session, cast, unit_id=cast.units["noord"])
        make_complaint(session, cast, unit_id=None)

    assert overview.year(cast.actor("cora"), 2026, Cut(unit_id=top)).now.received == 1


def test_a_period_stands_beside_the_same_months_a_year_before(engine: Engine, cast: Cast) -> None:
    days = [date(2025, 9, 1), date(2026, 3, 31), date(2026, 8, 31)]
    with filled(engine) as session:
        for day in [*days, date(2025, 8, 31), date(2026, 9, 1), date(2024, 9, 1)]:
            make_complaint(session, cast, received_on=day)

    shown = overview.year(cast.actor("cora"), None, Cut(first=date(2025, 9, 1), last=date(2026, 8, 31)))

    assert (shown.now.received, shown.before.received) == (3, 2)
    assert [each.key for each in shown.months] == ["9", "10", "11", "12", *map(str, range(1, 9))]
    assert {each.key: each.now for each in shown.months if each.now} == {"9": 1, "3": 1, "8": 1}


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (date(2026, 3, 1), date(2026, 2, 1), "period_backwards"),
        (date(2025, 3, 1), date(2026, 3, 1), "period_too_long"),
        (date(2026, 3, 1), date(2027, 1, 1), "in_the_future"),
        (date(1, 1, 1), date(1, 2, 1), "too_long_ago"),
    ],
)
def test_a_period_that_cannot_be_is_refused(cast: Cast, first: date, last: date, code: str) -> None:
    with pytest.raises(Refused, match=code):
        overview.year(cast.actor("cora"), None, Cut(first=first, last=last))


# The state of a promise: the rule and the SQL say the same


def test_the_state_in_sql_is_the_state_of_the_rule(engine: Engine, cast: Cast) -> None:
    days = [None, *(TODAY + timedelta(days=offset) for offset in (-8, -1, 0, 1))]
    expected: Counter[PromiseState] = Counter()
    with filled(engine) as session:
        complaint = make_complaint(session, cast, received_on=TODAY - timedelta(days=30))
        for target in (TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)):
            for statutory in (True, False):
                for met in days:
                    for notice in days:
                        for cancelled in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
                            for extended, paused in product((None, TODAY + timedelta(days=9)), (None, TODAY)):
                                promise = m.Promise(
                                    complaint_id=complaint.id, procedure="HOUSE_WEEK", code="RESPONSE", informative=False,
                                    trigger_on=complaint.received_on, target_on=target, legal_on=target + timedelta(days=1),
                                    statutory=statutory, met_on=met, notice_on=notice, cancelled_on=cancelled,
                                    extended_to=extended, paused_from=paused,
                                )  # fmt: skip
                                session.add(promise)
                                expected[state(promise, TODAY)] += 1

    (shown,) = overview.year(cast.actor("cora")).promises

    assert shown.now == Kept(
        expected[PromiseState.KEPT],
        expected[PromiseState.EXTENDED_IN_TIME],
        expected[PromiseState.EXTENDED_LATE],
        expected[PromiseState.MISSED],
        expected[PromiseState.OPEN],
    )
    assert min(expected[each] for each in PromiseState if each != PromiseState.INFORMATIVE) > 0


# By hand


def test_a_promise_that_is_not_due_yet_is_no_failure(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_promise(session, make_complaint(session, cast), target_on=TODAY + timedelta(days=3))

    (reaction,) = overview.year(cast.actor("cora")).promises

    assert (reaction.label, reaction.reaction) == ("Reactie naar de klant", True)
    assert reaction.now == Kept(open=1)
    assert reaction.now.share is None


def test_ten_of_eleven_reactions_in_a_week(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for number in range(11):
            received = date(2026, 3, 2)
            complaint = make_complaint(session, cast, received_on=received, answered_on=received + timedelta(days=number))
            make_promise(session, complaint, met_on=received + timedelta(days=7 if number else 8))

    shown = overview.year(cast.actor("cora"))

    assert shown.promises[0].now.share == 10 / 11
    assert (shown.now.lead_median, shown.now.lead_p90) == (5, 9)
    assert shown.months[2] == Counted("3", 11, 0)


def test_promises_stand_in_the_order_of_the_procedure(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        complaint = make_complaint(session, cast)
        for code in ("EXPECTED_ANSWER", "RESPONSE", "ACK", "ZELF_BEDACHT"):
            make_promise(session, complaint, code=code)

    shown = overview.year(cast.actor("cora")).promises

    assert [each.label for each in shown] == [
        "Ontvangstbevestiging", "Reactie naar de klant", "Antwoord verwacht op", "HOUSE_WEEK.ZELF_BEDACHT",
    ]  # fmt: skip


def test_an_empty_register_has_no_figures_and_no_shares(cast: Cast) -> None:
    shown = overview.year(cast.actor("cora"))

    assert (shown.year, shown.years) == (2026, (2026,))
    assert not shown.now.anything
    assert {each.of(shown.now) for each in BY_KEY.values()} == {0, None}
    assert shown.standing == Standing(0, 0, None, None)
    assert shown.promises == shown.channels == ()


@pytest.mark.parametrize("forged", [0, -1, 1999, 2027, 10**9, None])
def test_a_year_that_is_not_offered_becomes_this_year(engine: Engine, cast: Cast, forged: int | None) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, received_on=date(2024, 12, 31))

    shown = overview.year(cast.actor("cora"), forged)

    assert (shown.year, shown.years) == (2026, (2026, 2025, 2024))


def test_the_last_day_of_a_year_belongs_to_that_year(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        make_complaint(session, cast, received_on=date(2025, 12, 31), registered_on=date(2026, 1, 2))
        make_complaint(session, cast, received_on=date(2026, 1, 1))
        make_complaint(session, cast, received_on=date(2024, 12, 31))

    shown = overview.year(cast.actor("cora"), 2026)

    assert (shown.now.received, shown.before.received) == (1, 1)


# Who sees what


@pytest.mark.parametrize("who", ["tom", "vera", "suze", "wim", "adam"])
def test_the_overview_is_not_for_who_has_no_part_in_handling(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        overview.year(cast.actor(who))


def shown_to(cast: Cast, who: str) -> dict[str, object]:
    return {name: value for name, value in vars(overview.year(cast.actor(who))).items() if name != "made_at"}


@pytest.mark.parametrize("who", ["cora", "dora", "piet", "mia", "hans"])
@pytest.mark.parametrize("relation", [Relation.RESPONDENT, Relation.CONFLICT])
def test_a_complaint_about_the_reader_changes_no_figure(engine: Engine, cast: Cast, who: str, relation: Relation) -> None:
    with filled(engine) as session:
        make_promise(session, make_complaint(session, cast, handler_id=cast["hans"]), target_on=TODAY)
    before = shown_to(cast, who)

    with filled(engine) as session:
        about = make_complaint(
            session, cast, handler_id=cast[who], received_on=date(2021, 2, 3), category="Alleen hier", answered_on=TODAY,
            external_stage=ExternalStage.DESK, outcome=Outcome.UPHELD, unit_id=cast.units["noord"],
        )  # fmt: skip
        make_promise(session, about, code="APPEAL_ACK", target_on=TODAY - timedelta(days=2))
        make_party(session, about, cast[who], relation)

    assert shown_to(cast, who) == before


def test_closed_compartments_are_counted_for_nobody(engine: Engine, cast: Cast) -> None:
    before = shown_to(cast, "cora")

    with filled(engine) as session:
        for compartment in (Compartment.UNWANTED_BEHAVIOUR, Compartment.WHISTLEBLOWER):
            make_promise(session, make_complaint(session, cast, compartment=compartment, received_on=date(2023, 1, 2)))

    assert shown_to(cast, "cora") == before


# What it costs


@pytest.mark.parametrize("who", ["cora", "mia", "hans", "piet"])
def test_the_number_of_statements_does_not_depend_on_the_register(engine: Engine, cast: Cast, who: str) -> None:
    taken = []
    chance = random.Random(5)
    for more in (3, 120):
        with filled(engine) as session:
            some_register(session, cast, chance, more, "dora")
        with counted(engine) as statements:
            overview.year(cast.actor(who))
        taken.append(len(statements))

    assert taken[0] == taken[1] <= 18
    assert all("GROUP BY" in each or "count(" in each or "min(" in each for each in statements)  # no list of dossiers


# The dossiers behind a figure


def behind(cast: Cast, who: str, figure: str, cut: Cut = Cut()) -> int:  # noqa: B008 - frozen
    return overview_dossiers.behind(cast.actor(who), figure, 2026, cut).total


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("who", ["cora", "piet", "mia", "hans"])
def test_behind_every_count_lie_as_many_dossiers(engine: Engine, cast: Cast, seed: int, who: str) -> None:
    with filled(engine) as session:
        some_register(session, cast, random.Random(f"behind {seed} {who}"), 60, who)
    shown = overview.year(cast.actor(who), 2026)
    once = {"appeals", "measures", "mediations"}  # of these one dossier can have several

    for key, indicator in BY_KEY.items():
        if indicator.measure is Measure.COUNT and key not in once and indicator.of(shown.now) is not None:
            assert behind(cast, who, key) == indicator.of(shown.now), key
        elif indicator.of(shown.now) is not None:
            assert behind(cast, who, key) >= 1 or indicator.of(shown.now) == 0, key
    lines = {"month": shown.months, "channel": shown.channels, "subject": shown.subjects, "category": shown.categories,
             "outcome": shown.outcomes, "lead": shown.leads, "complainant": shown.files.complainants,
             "body": shown.files.bodies, "result": shown.files.results}  # fmt: skip
    for kind, rows in lines.items():
        for row in rows:
            assert behind(cast, who, f"{kind}.{row.key or '-'}") == row.now, (kind, row)
    for cell in shown.cells:
        assert behind(cast, who, f"cell.{cell.unit_id or ''}.{cell.category}") == cell.number
    assert behind(cast, who, "standing.open") == shown.standing.open
    assert behind(cast, who, "standing.late") == shown.standing.late
    for promise in shown.promises:
        for name in Kept.__dataclass_fields__:
            number = getattr(promise.now, name)
            assert (1 if number else 0) <= behind(cast, who, f"promise.{promise.key}.{name}") <= number


def test_the_dossiers_behind_a_figure_are_listed_last_first(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        made = [make_complaint(session, cast, received_on=date(2026, 1, 1) + timedelta(days=n)).reference for n in range(60)]
        about = make_complaint(session, cast, received_on=TODAY)
        make_party(session, about, cast["cora"])

    pages = [overview_dossiers.behind(cast.actor("cora"), "received", 2026, Cut(), page) for page in (1, 2, 3, 99)]

    assert [row.reference for page in pages[:3] for row in page.rows] == made[::-1]
    assert {(page.total, page.pages) for page in pages} == {(60, 3)}
    assert pages[3] == pages[2]


@pytest.mark.parametrize("who", ["cora", "piet"])
@pytest.mark.parametrize(
    "figure", ["", "niets", "received.x", "month.x", "cell.", "lead.9", "standing.", "promise.RESPONSE.x", "x.y"]
)
def test_what_is_no_figure_has_no_dossiers(cast: Cast, who: str, figure: str) -> None:
    try:
        assert behind(cast, who, figure) == 0
    except Refused as refused:
        assert refused.code == "not_found"  # noqa: PT017 - either will do


@pytest.mark.parametrize(
    "figure", ["measures", "measure_share", "mediations", "revised_share", "body.desk", "complainant.client"]
)
def test_the_dossiers_behind_what_stands_in_files_are_for_who_reads_them(engine: Engine, cast: Cast, figure: str) -> None:
    with pytest.raises(Refused, match="not_found"):
        behind(cast, "piet", figure)


# What stands out


def test_three_of_one_kind_in_one_place_in_twelve_months_stand_out(engine: Engine, cast: Cast) -> None:
    noord, zuid = cast.units["noord"], cast.units["zuid"]
    with filled(engine) as session:
        for days, category, unit in (
            (0, "a", noord), (100, "a", noord), (364, "a", noord), (365, "a", noord),  # the last one is a day too early
            (1, "b", noord), (2, "b", noord), (3, "b", zuid), (4, "c", None), (5, "c", None), (6, "c", None),
        ):  # fmt: skip
            make_complaint(session, cast, received_on=TODAY - timedelta(days=days), category=category, unit_id=unit)
        about = make_complaint(session, cast, category="b", unit_id=noord)
        make_party(session, about, cast["cora"])

    mine = overview.year(cast.actor("cora")).signals
    theirs = overview.year(cast.actor("dora")).signals

    assert (mine.first, mine.last) == (date(2025, 11, 22), TODAY)
    assert [(each.category, each.unit, each.number) for each in mine.repeats] == [("a", "Locatie Noord", 3)]
    assert behind(cast, "cora", f"repeat.{noord}.a") == 3
    assert behind(cast, "cora", f"repeat.{noord}.b") == 2
    assert behind(cast, "cora", f"place.{noord}") == 5
    assert [(each.category, each.number) for each in theirs.repeats] == [("a", 3), ("b", 3)]


def test_a_place_that_moved_stands_out(engine: Engine, cast: Cast) -> None:
    counts = {"noord": (6, 3), "zuid": (4, 2), "wijk": (0, 3)}  # these twelve months, the twelve before
    with filled(engine) as session:
        for place, (now, before) in counts.items():
            for number in range(now + before):
                received = TODAY - timedelta(days=30 * number if number < now else 400 + number)
                make_complaint(session, cast, received_on=received, unit_id=cast.units[place], category=f"{place} {number}")

    moved = overview.year(cast.actor("cora")).signals.moved

    assert [(each.unit, each.now, each.before) for each in moved] == [("Locatie Noord", 6, 3), ("Wijkhuis Oost", 0, 3)]


def test_what_stands_out_in_an_earlier_year_is_what_did_then(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        for month in (3, 6, 12):
            make_complaint(session, cast, received_on=date(2024, month, 31 if month != 6 else 30))

    assert len(overview.year(cast.actor("cora"), 2024).signals.repeats) == 1
    assert overview.year(cast.actor("cora"), 2026).signals.repeats == ()
