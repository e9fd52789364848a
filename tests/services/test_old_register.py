"""The old register comes along: real dates, no false red, nothing twice, and what cannot be read is refused row by row."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from commands.nightly import NIGHTLY
from commands.verify import VERIFIER
from db import models as m
from domain.errors import Refused
from domain.mapping import ColumnMap, DateOrder
from domain.old_register import TARGETS, Fate
from domain.promises import PromiseState, is_open, state
from domain.tables import Table
from domain.vocabulary import EventKind, Relation, Status
from services import board, dossier, escalation, old_register, overview, retention, server_key, shield, verifying
from services.board_filters import BoardFilter, Show
from services.old_register import Plan
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.invariants import Watch, all_rows
from text import catalogue

HEADINGS = {
    "reference": "Nr",
    "received": "Ontvangen",
    "noted_by": "Wie",
    "channel": "Kanaal",
    "complainant_name": "Klager",
    "complainant_contact": "Contact",
    "complainant_type": "Soort",
    "unit": "Locatie",
    "category": "Categorie",
    "subject": "Onderwerp",
    "about": "Klacht",
    "respondent": "Over wie",
    "done": "Gedaan",
    "acknowledged": "Bevestigd",
    "decided": "Besloten",
    "answered": "Beantwoord",
    "decision": "Besluit",
    "outcome": "Uitkomst",
    "closed": "Afgesloten",
    "measures": "Maatregelen",
}
WORDS = {
    "channel": {"": "other", "tel.": "phone"},
    "complainant_type": {"": "client"},
    "category": {"": "Organisatie en locatie", "lokaal": "Organisatie en locatie"},
    "outcome": {"ja": "upheld", "ingetrokken": "withdrawn"},
}
COLUMNS = ColumnMap(HEADINGS, WORDS)
GOOD: dict[str, Any] = {
    "reference": "2024-1",
    "received": date(2024, 3, 1),
    "noted_by": "Truus",
    "channel": "Tel.",
    "complainant_name": "Karel de Vries",
    "complainant_contact": "karel@voorbeeld.invalid",
    "unit": "locatie noord",
    "about": "Het lokaal was koud.",
    "decision": "Er komt een kachel.",
    "outcome": "gegrond",
    "closed": "2-5-2024",
    "measures": "Een kachel.",
}


def table(*rows: dict[str, Any]) -> Table:
    return Table((), tuple(HEADINGS.values()), tuple(tuple(row.get(each) for each in HEADINGS) for row in rows), 2)


def old(number: int, **changes: Any) -> dict[str, Any]:
    return GOOD | {"reference": f"2024-{number}", "about": f"Klacht {number}"} | changes


def take_all(plan: Plan, who: str) -> list[Fate]:
    lines, fates = list(plan.waiting), []
    while lines:
        fates += [each.fate for each in old_register.take(who, lines)]
        lines = lines[old_register.BATCH :]
    return fates


def taken(cast: Cast, *rows: dict[str, Any], who: str = "cora", open_from: date | None = None) -> list[Fate]:
    actor = cast.actor(who)
    return take_all(old_register.look(actor, table(*rows), COLUMNS, open_from), actor)


def complaints(engine: Engine) -> list[m.Complaint]:
    with Session(engine) as session:
        return list(session.scalars(select(m.Complaint).order_by(m.Complaint.id)))


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as why:
        act()
    return why.value.code


# What becomes of a row


def test_a_row_becomes_a_closed_dossier_on_its_own_days(engine: Engine, cast: Cast) -> None:
    assert taken(cast, GOOD | {"acknowledged": "4 maart 2024", "decided": "2024-04-02", "answered": "3-4-2024"}) == [Fate.NEW]
    (row,) = complaints(engine)
    assert row.reference.startswith("K24-")
    assert (row.status, row.received_on, row.closed_on, row.registered_on) == (
        Status.CLOSED, date(2024, 3, 1), date(2024, 5, 2), TODAY,
    )  # fmt: skip
    assert (row.acknowledged_on, row.answered_on) == (date(2024, 3, 4), date(2024, 4, 3))
    assert (row.channel, row.outcome, row.unit_id, row.reporter_id) == ("phone", "upheld", cast.units["noord"], None)
    content = dossier.read(cast.actor("dora"), row.reference).content
    assert content
    told = sorted(content.timeline, key=lambda each: each.seq)
    assert [(each.kind, each.happened_on) for each in told] == [
        (EventKind.TAKEN_OVER, TODAY),
        (EventKind.ACKNOWLEDGED, date(2024, 3, 4)),
        (EventKind.DECIDED, date(2024, 4, 2)),
        (EventKind.ANSWERED, date(2024, 4, 3)),
        (EventKind.CLOSED, date(2024, 5, 2)),
    ]
    words = told[0].text
    for said in ("2024-1", "Truus", "Er komt een kachel.", "Een kachel."):
        assert said in words
    assert told[0].who == "Cora Coördinator"


def test_what_was_not_recorded_is_no_failure(engine: Engine, cast: Cast) -> None:
    """Neither on the board nor in a figure: not acknowledged, answered long after every term, closed years ago."""
    taken(
        cast,
        old(1),
        old(2, closed="2025-02-28", received=date(2024, 2, 29)),
        old(3, acknowledged="1-6-2024", closed="1-7-2024"),
    )
    actor = cast.actor("dora")
    listed = board.page(actor, BoardFilter(status=Show.ALL))
    assert {each.flag for each in listed.rows} <= {"none"}
    with Session(engine) as session:
        rows = list(session.scalars(select(m.Promise)))
        assert rows
        assert not [each for each in rows if is_open(each)]
        states = {(state(each, TODAY), each.cancel_reason) for each in rows}
    assert states == {(PromiseState.CANCELLED, "not_recorded"), (PromiseState.MISSED, None)}  # the late acknowledgement
    shown = overview.year(actor, 2024)
    assert shown.now.received == 3
    assert (shown.now.acknowledged.kept, shown.now.acknowledged.missed) == (0, 1)
    assert shown.now.reacted.due == 0
    assert shown.now.delay_median is None


def test_withdrawn_is_no_outcome(engine: Engine, cast: Cast) -> None:
    taken(cast, old(1, outcome="Ingetrokken"))
    (row,) = complaints(engine)
    assert (row.status, row.outcome, row.close_reason) == (Status.CLOSED, None, "withdrawn")


def test_what_is_open_counts_from_the_day_that_somebody_chooses(engine: Engine, cast: Cast) -> None:
    rows = [old(1, closed=None, outcome=None), old(2, closed=None, outcome=None, received=TODAY, acknowledged=TODAY)]
    plan = old_register.look(cast.actor("cora"), table(*rows), COLUMNS)
    assert [each.problems[0].code for each in plan.rows] == ["row_open", "row_open"]
    assert taken(cast, *rows, open_from=TODAY - timedelta(days=1)) == [Fate.NEW, Fate.NEW]
    first, second = complaints(engine)
    assert (first.status, first.received_on) == (Status.REGISTERED, date(2024, 3, 1))
    assert (second.status, second.acknowledged_on) == (Status.ACKNOWLEDGED, TODAY)
    assert first.next_due_on is not None
    assert first.next_due_on >= TODAY
    with Session(engine) as session:
        began = dict(
            session.execute(
                select(m.LedgerEntry.complaint_id, m.LedgerEntry.happened_on).where(m.LedgerEntry.fact == "received")
            ).all()
        )
    assert began == {first.id: TODAY - timedelta(days=1), second.id: TODAY}
    assert refusal(lambda: taken(cast, *rows, open_from=TODAY + timedelta(days=1))) == "in_the_future"


def test_an_open_one_goes_on_as_any_other_and_a_closed_one_can_be_reopened(engine: Engine, cast: Cast) -> None:
    begun = TODAY - timedelta(days=5)
    taken(cast, old(1, closed=None, outcome=None), old(2), open_from=begun)
    watch = Watch(cast, registered=2)
    watch.look(TODAY, all_rows())
    escalation.run(NIGHTLY)
    first, second = (Case(cast, "training", each.reference, begun) for each in complaints(engine))
    first.in_progress().decide().answer().close()
    watch.look(TODAY, all_rows())
    assert first.row.status == Status.CLOSED
    second.reopen()
    watch.look(TODAY, all_rows())
    assert second.row.next_due_on is not None
    assert second.row.next_due_on >= TODAY
    assert verifying.verify(VERIFIER).faults == []


# What cannot be read

BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"received": None}, "received", "cell_missing"),
    ({"received": "ooit"}, "received", "cell_date"),
    ({"received": "31-2-2024"}, "received", "cell_date_impossible"),
    ({"received": "29-2-2023"}, "received", "cell_date_impossible"),
    ({"received": "03/04/2024"}, "received", "cell_date_ambiguous"),
    ({"received": "3-4-24"}, "received", "cell_date_short_year"),
    ({"received": 45352}, "received", "cell_date_number"),
    ({"received": TODAY + timedelta(days=1)}, "received", "cell_in_the_future"),
    ({"received": date(1985, 1, 1)}, "received", "cell_too_long_ago"),
    ({"received": "#N/B"}, "received", "cell_error"),
    ({"about": None}, "about", "cell_missing"),
    ({"about": "x" * 20_001}, "about", "text_too_long"),
    ({"about": "a\x07b"}, "about", "text_unreadable"),
    ({"about": "#VERW!"}, "about", "cell_error"),
    ({"channel": "postduif"}, "channel", "cell_choice"),
    ({"category": "ongewenst  gedrag"}, "category", "row_restricted"),
    ({"unit": "Locatie West"}, "unit", "cell_choice"),
    ({"unit": 1}, "unit", "cell_choice"),
    ({"complainant_type": "anoniem"}, "complainant_type", "row_anonymous_named"),
    ({"complainant_type": "buurman"}, "complainant_type", "cell_choice"),
    ({"complainant_name": "x" * 201}, "complainant_name", "text_too_long"),
    ({"outcome": "misschien"}, "outcome", "cell_choice"),
    ({"acknowledged": "29-2-2024"}, "acknowledged", "row_before_received"),
    ({"acknowledged": "3-5-2024"}, "acknowledged", "row_after_closed"),
    ({"decided": "1-1-2024"}, "decided", "row_before_received"),
    ({"decided": "2-4-2024", "answered": "1-4-2024"}, "answered", "row_answered_before"),
    ({"closed": "1-2-2024"}, "closed", "row_before_received"),
    ({"closed": None}, "closed", "row_decided_not_closed"),
    ({"closed": None, "outcome": None}, "closed", "row_open"),
    ({"closed": "binnenkort"}, "closed", "cell_date"),
]


def test_thirty_broken_rows_are_refused_each_with_its_sentence_and_the_others_come(engine: Engine, cast: Cast) -> None:
    rows = []
    for number, (changes, _, _) in enumerate(BROKEN):
        rows += [old(2 * number, **changes), old(2 * number + 1)]
    plan = old_register.look(cast.actor("cora"), table(*rows), COLUMNS)
    told = [(each.number, [(one.target, one.code) for one in each.problems]) for each in plan.rows if each.problems]
    assert told == [(2 + 2 * place, [(target, code)]) for place, (_, target, code) in enumerate(BROKEN)]
    for language in ("nl", "en"):
        assert {code for _, _, code in BROKEN} <= {key.removeprefix("refused.") for key in catalogue(language)}
    assert complaints(engine) == []  # a dry run
    assert take_all(plan, cast.actor("cora")) == [Fate.NEW] * 30
    assert {each.description for each in complaints(engine)} == {f"Klacht {2 * n + 1}" for n in range(30)}


def test_every_cell_that_is_wrong_is_named_at_once(cast: Cast) -> None:
    wrong = old(1, received="ooit", channel="postduif", closed="31-2-2024")
    (row,) = old_register.look(cast.actor("cora"), table(wrong), COLUMNS).rows
    assert {each.target for each in row.problems} == {"received", "channel", "closed"}


def test_a_cell_outside_the_headings_and_no_columns(cast: Cast) -> None:
    shifted = Table((), ("Ontvangen", "Klacht"), ((date(2024, 3, 1), "a", "b"),), 2)
    columns = ColumnMap({"received": "Ontvangen", "about": "Klacht"}, WORDS)
    (row,) = old_register.look(cast.actor("cora"), shifted, columns).rows
    assert row.problems[0].code == "cell_outside"
    assert refusal(lambda: old_register.look(cast.actor("cora"), shifted, ColumnMap({}))) == "mapping_incomplete"
    twice = ColumnMap({"received": "Ontvangen", "about": "Ontvangen"})
    assert refusal(lambda: old_register.look(cast.actor("cora"), shifted, twice)) == "mapping_column_twice"
    gone = ColumnMap({"received": "Weg", "about": "Klacht"})
    assert refusal(lambda: old_register.look(cast.actor("cora"), shifted, gone)) == "mapping_column_gone"


def test_days_around_the_change_of_the_clock_and_leap_days_stay_what_they_are(engine: Engine, cast: Cast) -> None:
    said = ["2024-02-29", datetime.fromisoformat("2024-03-31T02:30"), "2024-10-26T22:30:00Z", "29 februari 2020", "31/12/2023"]
    taken(cast, *(old(number, received=each, closed=TODAY) for number, each in enumerate(said)))
    assert [each.received_on.isoformat() for each in complaints(engine)] == [
        "2024-02-29", "2024-03-31", "2024-10-27", "2020-02-29", "2023-12-31",
    ]  # fmt: skip
    order = ColumnMap(HEADINGS, WORDS, DateOrder.MONTH_FIRST)
    (row,) = old_register.look(cast.actor("cora"), table(old(9, received="03/04/2024", closed=TODAY)), order).rows
    assert row.line.old
    assert row.line.old.received == date(2024, 3, 4)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_another_procedure_asks_for_a_location_and_keeps_a_suspicion_to_few(engine: Engine, cast: Cast, profile: str) -> None:
    flagged = "Vermoeden mishandeling of zeden"
    words = WORDS | {"complainant_type": {"": "parent"}, "category": {"": "Vervoer en ophalen"}}
    columns = ColumnMap(HEADINGS | {"red_flag": "Vermoeden"}, words)
    rows = [old(1, unit=None), old(2), old(3, category=flagged), old(4, category=flagged), old(5, unit="Wijkhuis Oost")]
    given = table(*rows)
    said = (None, None, None, "ja", None)
    wide = Table((), (*given.columns, "Vermoeden"), tuple((*row, each) for row, each in zip(given.rows, said, strict=True)), 2)
    plan = old_register.look(cast.actor("cora"), wide, columns)
    assert [[each.code for each in row.problems] for row in plan.rows] == [
        ["row_no_sector"], [], ["row_suspicion"], [], ["row_category_elsewhere"],
    ]  # fmt: skip
    assert take_all(plan, cast.actor("cora")) == [Fate.NEW] * 2
    calm, kept_close = complaints(engine)
    assert (calm.red_flag, kept_close.red_flag) == (False, True)
    listed = {each.reference for each in board.page(cast.actor("piet"), BoardFilter(status=Show.ALL)).rows}
    assert listed == {calm.reference}


def test_a_formula_in_a_text_stays_a_text(engine: Engine, cast: Cast) -> None:
    taken(cast, old(1, about="=HYPERLINK(1)", complainant_name="+31 6", respondent="@jan"))
    (row,) = complaints(engine)
    assert row.description == "=HYPERLINK(1)"


# Nothing twice


def test_the_same_file_again_adds_nothing_and_a_changed_row_is_told(engine: Engine, cast: Cast) -> None:
    rows = [
        old(1),
        old(2),
        old(3, reference=None),
        old(4, reference=None, about="Lawaai"),
        old(5, reference=None, about="Lawaai", done="Gebeld"),
    ]
    assert taken(cast, *rows) == [Fate.NEW] * 5
    again = old_register.look(cast.actor("dora"), table(*rows), COLUMNS)
    assert [each.fate for each in again.rows] == [Fate.THERE] * 5
    assert again.waiting == ()
    changed = [old(1, done="Toch gebeld"), old(2), old(3, reference=None, done="Iets"), old(3), old(6)]
    plan = old_register.look(cast.actor("dora"), table(*changed), COLUMNS)
    assert [each.fate for each in plan.rows] == [Fate.CHANGED, Fate.THERE, Fate.CHANGED, Fate.CHANGED, Fate.NEW]
    assert take_all(plan, cast.actor("dora")) == [Fate.NEW]
    assert len(complaints(engine)) == 6
    assert next(each for each in complaints(engine) if each.description == "Klacht 1").immediate_actions is None


def test_written_down_another_way_it_is_the_same_row(engine: Engine, cast: Cast) -> None:
    taken(cast, old(1))
    plan = old_register.look(
        cast.actor("cora"), table(old(1, received="1 maart 2024", closed="2024-05-02", unit="Locatie  Noord ")), COLUMNS
    )
    assert [each.fate for each in plan.rows] == [Fate.THERE]


def test_in_one_file_too(cast: Cast) -> None:
    rows = [old(1), old(1), old(2), old(2, done="Gebeld"), old(3, reference=None), old(3, reference=None)]
    plan = old_register.look(cast.actor("cora"), table(*rows), COLUMNS)
    assert [(each.fate, [one.code for one in each.problems]) for each in plan.rows] == [
        (Fate.NEW, []), (Fate.REFUSED, ["row_twice"]), (Fate.REFUSED, ["row_reference_twice"]),
        (Fate.REFUSED, ["row_reference_twice"]), (Fate.NEW, []), (Fate.REFUSED, ["row_twice"]),
    ]  # fmt: skip


def test_stopped_halfway_it_goes_on_where_it_was(engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside the second part the program ends: that part is not there at all, and once more completes it."""
    monkeypatch.setattr(old_register, "BATCH", 4)
    rows = [old(number) for number in range(10)]
    actor, made = cast.actor("cora"), old_register._made
    plan = old_register.look(actor, table(*rows), COLUMNS)

    def dies(*args: Any) -> m.Complaint:
        if args[1].about == "Klacht 6":
            raise KeyboardInterrupt
        return made(*args)

    monkeypatch.setattr(old_register, "_made", dies)
    with pytest.raises(KeyboardInterrupt):
        take_all(plan, actor)
    assert len(complaints(engine)) == 4
    monkeypatch.setattr(old_register, "_made", made)
    assert take_all(plan, actor) == [Fate.THERE] * 4 + [Fate.NEW] * 6
    assert len(complaints(engine)) == 10
    with Session(engine) as session:
        assert len(list(session.scalars(select(m.TakenOver)))) == len(list(session.scalars(select(m.ChainHead)))) == 10


def test_two_who_take_over_the_same_file_make_no_doubles(engine: Engine, cast: Cast) -> None:
    cora, dora = cast.actor("cora"), cast.actor("dora")
    one, two = (old_register.look(each, table(old(1), old(2)), COLUMNS) for each in (cora, dora))
    assert take_all(one, cora) == [Fate.NEW] * 2
    assert take_all(two, dora) == [Fate.THERE] * 2
    assert len(complaints(engine)) == 2


def test_with_another_key_nothing_would_be_known_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(cast, old(1))
    monkeypatch.setattr(server_key, "_key", lambda: b"0" * 44)
    assert refusal(lambda: taken(cast, old(1))) == "import_other_key"


def test_what_changed_since_it_was_looked_at_is_refused_by_itself(engine: Engine, cast: Cast) -> None:
    actor = cast.actor("cora")
    plan = old_register.look(actor, table(old(1), old(2, unit="Locatie Zuid")), COLUMNS)
    with Session(engine) as session, session.begin():
        session.get_one(m.OrgUnit, cast.units["noord"]).active = False
    found = old_register.take(actor, plan.waiting)
    assert [(each.fate, [one.code for one in each.problems]) for each in found] == [
        (Fate.REFUSED, ["unknown_unit"]), (Fate.NEW, []),
    ]  # fmt: skip
    assert [each.description for each in complaints(engine)] == ["Klacht 2"]


# Who may, and whom it is about


@pytest.mark.parametrize("who", ["tom", "hans", "mia", "piet", "vera", "suze", "wim", "adam"])
def test_other_roles_are_refused(cast: Cast, who: str) -> None:
    actor = cast.actor(who)
    assert refusal(lambda: old_register.look(actor, table(GOOD), COLUMNS)) == "not_allowed"
    plan = old_register.look(cast.actor("cora"), table(GOOD), COLUMNS)
    assert refusal(lambda: old_register.take(actor, plan.waiting)) == "not_allowed"
    assert refusal(lambda: old_register.choices(actor)) == "not_allowed"


def test_whom_it_is_about_sees_nothing_of_it(engine: Engine, cast: Cast) -> None:
    """By the exact name of the account; the director who takes over what is about herself too."""
    taken(cast, old(1, respondent="dora directeur"), old(2, respondent="Mia Maneger"), old(3), who="dora")
    about, resembling, _ = complaints(engine)
    listed = {each.reference for each in board.page(cast.actor("dora"), BoardFilter(status=Show.ALL)).rows}
    assert about.reference not in listed
    assert len(listed) == 2
    assert about.acting_director_id == cast["piet"]
    assert refusal(lambda: dossier.read(cast.actor("dora"), about.reference)) == "not_found"
    assert overview.year(cast.actor("dora"), 2024).now.received == 2
    with Session(engine) as session:
        parties = session.execute(
            select(m.Party.account_id, m.Party.name, m.Party.relation, m.Party.excluded).order_by(m.Party.id)
        ).all()
    assert [tuple(each) for each in parties] == [
        (cast["dora"], None, Relation.RESPONDENT, True),
        (None, "Mia Maneger", Relation.RESPONDENT, False),
        (cast["mia"], "Mia Maneger", "resembles", False),
    ]
    assert [each.reference for each in shield.waiting(cast.actor("cora"))] == [resembling.reference]
    assert shield.questions(cast.actor("mia"), resembling.reference) == ()


def test_who_tries_references_finds_no_row_about_themself(engine: Engine, cast: Cast) -> None:
    """A made-up row with the reference of one that is about who asks is as new as any other, however often they try."""
    actor = cast.actor("cora")
    hidden = [old(1, respondent="Cora Coördinator"), old(2, reference=None, respondent="Cora Coördinator")]
    taken(cast, *hidden, old(3), who="dora")
    assert [each.fate for each in old_register.look(actor, table(*hidden), COLUMNS).rows] == [Fate.THERE] * 2  # her own file
    tried = [old(1, about="Geraden"), old(2, about="Klacht 2", done="Geraden", reference=None), old(3, about="Geraden"), old(4)]
    for again in (tried, [each | {"respondent": "Cora Coördinator", "measures": "Geen"} for each in tried]):
        plan = old_register.look(actor, table(*again), COLUMNS)
        if again is tried:
            assert [each.fate for each in plan.rows] == [Fate.NEW, Fate.NEW, Fate.CHANGED, Fate.NEW]
            assert take_all(plan, actor) == [Fate.NEW] * 3
        else:
            assert [each.fate for each in plan.rows] == [Fate.CHANGED] * 4
    seen = old_register.look(actor, table(*tried), COLUMNS)
    assert [each.fate for each in seen.rows] == [Fate.THERE, Fate.THERE, Fate.CHANGED, Fate.THERE]
    assert len(complaints(engine)) == 6


def test_a_row_about_who_takes_it_over_is_as_new_as_any_other(engine: Engine, cast: Cast) -> None:
    actor = cast.actor("cora")
    for number in (1, 2):
        assert taken(cast, old(number, respondent="Cora Coördinator")) == [Fate.NEW]
        for guess in ("Een", "Twee"):
            mine = old(number, about=guess, respondent="Cora Coördinator")
            plan = old_register.look(actor, table(mine), COLUMNS)
            assert take_all(plan, actor) == [Fate.NEW]
            assert [each.fate for each in old_register.look(actor, table(mine), COLUMNS).rows] == [Fate.THERE]
    assert len(complaints(engine)) == 6


def test_a_row_that_would_have_no_reader_is_refused(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        for name in ("cora", "piet", "petra"):
            session.get_one(m.Account, cast[name]).active = False
    found = old_register.look(cast.actor("dora"), table(old(1, respondent="Dora Directeur")), COLUMNS)
    assert [each.problems[0].code for each in old_register.take(cast.actor("dora"), found.waiting)] == ["nobody_leads"]
    assert complaints(engine) == []


# Kept and let go as others


def test_it_is_let_go_by_its_own_days_and_does_not_come_back(engine: Engine, cast: Cast) -> None:
    rows = [old(1, received=date(2018, 3, 1), closed="2-5-2018"), old(2)]
    taken(cast, *rows)
    first = next(each for each in complaints(engine) if each.received_on.year == 2018)
    assert {each.reference for each in retention.due(cast.actor("cora")).rows} >= {first.reference}
    retention.propose(cast.actor("cora"), first.reference, "dossier")
    retention.confirm(cast.actor("dora"), first.reference, "dossier")
    gone = next(each for each in complaints(engine) if each.id == first.id)
    assert (gone.status, gone.description) == (Status.ANONYMISED, "")
    plan = old_register.look(cast.actor("cora"), table(*rows), COLUMNS)
    assert [each.fate for each in plan.rows] == [Fate.THERE, Fate.THERE]


def test_every_column_has_a_name_and_usual_headings() -> None:
    for language in ("nl", "en"):
        assert {f"old_register.{each}" for each in TARGETS} <= set(catalogue(language))
    every = [word for words in TARGETS.values() for word in words]
    assert len(set(every)) == len(every)
    assert all(word == word.casefold() for word in every)
