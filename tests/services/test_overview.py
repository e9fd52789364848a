"""The yearly overview against the obvious slow way, and against what its reader may not see."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.indicators import Kept
from domain.promises import PromiseState, state
from domain.vocabulary import Channel, CloseReason, Compartment, ExternalStage, Kind, Outcome, Relation, Status
from services import overview
from services.overview import Counted, Figures, Overview, Standing
from tests.conftest import TODAY, Cast
from tests.fill import make_complaint, make_party, make_promise
from tests.services.test_board import counted, filled

CATEGORIES = ("Resultaat", "Trainer en begeleiding", "Kosten en annulering")
CODES = ("ACK", "CONSULT", "DECIDE_OR_CONTACT", "RESPONSE", "PROMISED_RESPONSE", "EXPECTED_ANSWER", "APPEAL_ACK", "MEASURE")


# A random register


def some_complaint(session: Session, cast: Cast, chance: random.Random) -> m.Complaint:
    received = TODAY - timedelta(days=chance.randint(0, 1100))
    answered = received + timedelta(days=chance.randint(0, 60)) if chance.random() < 0.6 else None
    complaint = make_complaint(
        session,
        cast,
        compartment=chance.choices(list(Compartment), [20, 1, 1])[0],
        kind=chance.choices(list(Kind), [9, 1])[0],
        status=chance.choice(list(Status)),
        received_on=received,
        registered_on=min(TODAY, received + timedelta(days=chance.randint(0, 9))),
        channel=chance.choice(list(Channel)[:4]),
        category=chance.choice(CATEGORIES),
        unit_id=chance.choice([None, *cast.units.values()]),
        outcome=chance.choice([None, *Outcome]),
        already_resolved=chance.random() < 0.3,
        reopened=chance.random() < 0.1,
        red_flag=chance.random() < 0.1,
        external_stage=chance.choice([None, None, *ExternalStage]),
        close_reason=chance.choice([None, *CloseReason]),
        answered_on=min(TODAY, answered) if answered else None,
        handler_id=chance.choice([None, cast["hans"], cast["hilde"]]),
        reporter_id=cast["tom"],
    )
    for _ in range(chance.randint(0, 5)):
        some_promise(session, complaint, chance)
    return complaint


def some_promise(session: Session, complaint: m.Complaint, chance: random.Random) -> None:
    target = complaint.received_on + timedelta(days=chance.choice([0, 2, 7, 28, 200]))
    around = [None, *(target + timedelta(days=offset) for offset in (-2, 0, 1, 3, 9))]
    extended = chance.random() < 0.3
    make_promise(
        session,
        complaint,
        code=chance.choice(CODES),
        target_on=target,
        legal_on=target + timedelta(days=chance.choice([0, 1, 3])),
        statutory=chance.random() < 0.4,
        informative=chance.random() < 0.1,
        met_on=chance.choice(around),
        extended_to=target + timedelta(days=14) if extended else None,
        notice_on=chance.choice(around) if extended else None,
        cancelled_on=chance.choice([None, None, *around]),
    )


# The slow way


def slowly(complaints: Iterable[m.Complaint], promises: Sequence[m.Promise], year: int, units: dict[int, str]) -> Overview:
    regular = [each for each in complaints if each.compartment == Compartment.REGULAR]
    counting = [each for each in regular if each.kind == Kind.COMPLAINT]
    by_year = {each: [c for c in counting if c.received_on.year == each] for each in (year, year - 1)}

    def per(value: str) -> tuple[Counted, ...]:
        def key(c: m.Complaint) -> str | None:
            return units.get(c.unit_id or 0) if value == "unit" else getattr(c, value)

        now, before = (Counter(key(c) for c in by_year[each]) for each in (year, year - 1))
        rows = [Counted(each, now[each], before[each]) for each in now | before if value != "outcome" or each is not None]
        return tuple(sorted(rows, key=lambda row: (row.key is None, -row.now, -row.before, row.key or "")))

    def months() -> tuple[Counted, ...]:
        return tuple(
            Counted(str(month), *(sum(c.received_on.month == month for c in by_year[each]) for each in (year, year - 1)))
            for month in range(1, 13)
        )

    def kept(each: int, codes: Iterable[str]) -> Kept:
        ids = {c.id for c in by_year[each]}
        states = Counter(state(p, TODAY) for p in promises if p.complaint_id in ids and p.code in codes and not p.informative)
        return Kept(**{name: states[PromiseState(name)] for name in Kept.__dataclass_fields__})

    def figures(each: int) -> Figures:
        these = by_year[each]
        lead = sorted((c.answered_on - c.received_on).days for c in these if c.answered_on)
        delay = sorted((c.registered_on - c.received_on).days for c in these)
        ids = {c.id for c in these}
        return Figures(
            received=len(these),
            questions=sum(c.kind == Kind.QUESTION and c.received_on.year == each for c in regular),
            already_resolved=sum(c.already_resolved for c in these),
            withdrawn=sum(c.status == Status.WITHDRAWN or c.close_reason == CloseReason.WITHDRAWN for c in these),
            not_handled=sum(c.status == Status.NOT_HANDLED or c.close_reason == CloseReason.NOT_HANDLED for c in these),
            reopened=sum(c.reopened for c in these),
            external=sum(c.external_stage not in (None, ExternalStage.INFORMED) for c in these),
            appeals=sum(p.code == "APPEAL_ACK" and p.complaint_id in ids and not p.informative for p in promises),
            answered=len(lead),
            lead_median=lead[-(-50 * len(lead) // 100) - 1] if lead else None,
            lead_p90=lead[-(-90 * len(lead) // 100) - 1] if lead else None,
            delay_median=delay[-(-50 * len(delay) // 100) - 1] if delay else None,
            acknowledged=kept(each, ["ACK"]),
            kept=kept(each, CODES),
        )

    done = {Status.CLOSED, Status.WITHDRAWN, Status.NOT_HANDLED, Status.ANONYMISED}
    standing = [c for c in counting if c.status not in done]
    oldest = min((c.received_on for c in standing), default=None)
    return Overview(
        year=year,
        years=(),
        made_at=None,  # type: ignore[arg-type]
        today=TODAY,
        now=figures(year),
        before=figures(year - 1),
        standing=Standing(
            len(standing),
            sum(c.next_due_on is not None and c.next_due_on < TODAY for c in counting),
            oldest,
            (TODAY - oldest).days if oldest else None,
        ),
        months=months(),
        channels=per("channel"),
        categories=per("category"),
        units=per("unit"),
        outcomes=per("outcome"),
        promises=tuple((code, kept(year, [code]), kept(year - 1, [code])) for code in CODES),  # type: ignore[arg-type]
    )


def visible(cast: Cast, who: str, complaint: m.Complaint) -> bool:
    calm = not complaint.red_flag
    return {
        "cora": True,
        "dora": True,
        "piet": calm,
        "mia": calm and complaint.unit_id == cast.units["noord"],
        "hans": complaint.handler_id == cast["hans"],
    }[who]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("who", ["cora", "piet", "mia", "hans"])
def test_every_figure_agrees_with_counting_by_hand(engine: Engine, cast: Cast, seed: int, who: str) -> None:
    chance = random.Random(seed)
    with filled(engine) as session:
        for _ in range(chance.choice([1, 25, 90])):
            complaint = some_complaint(session, cast, chance)
            if chance.random() < 0.1:
                make_party(session, complaint, cast[who])
    with Session(engine) as session:
        excluded = set(session.scalars(select(m.Party.complaint_id).where(m.Party.account_id == cast[who])))
        rows = [each for each in session.scalars(select(m.Complaint)) if each.id not in excluded and visible(cast, who, each)]
        promises = list(session.scalars(select(m.Promise)))
        units = {each.id: each.name for each in session.scalars(select(m.OrgUnit))}

        for year in (2026, 2025, 2024):
            shown = overview.year(cast.actor(who), year)
            slow = slowly(rows, promises, shown.year, units)

            for part in ("now", "before", "standing", "months", "channels", "categories", "units", "outcomes"):
                assert getattr(shown, part) == getattr(slow, part), (year, part)
            in_figures = {each.key.split(".")[1]: (each.now, each.before) for each in shown.promises}
            for code, now, before in slow.promises:  # type: ignore[misc]
                assert in_figures.get(code, (Kept(), Kept())) == (now, before), (year, code)


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
    assert shown.now == shown.before == Figures()
    assert (shown.now.resolved_share, shown.now.appeal_share, shown.now.kept.share) == (None, None, None)
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
            for _ in range(more):
                some_complaint(session, cast, chance)
        with counted(engine) as statements:
            overview.year(cast.actor(who))
        taken.append(len(statements))

    assert taken[0] == taken[1] <= 12
