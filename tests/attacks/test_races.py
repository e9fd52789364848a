"""Two people, one dossier, one moment. Exactly one wins, or both did it one after the other; nobody sees an error of the
database, and the register is in order afterwards. On PostgreSQL too: WEERKLANK_TEST_DATABASE=postgresql."""

from __future__ import annotations

# ruff: noqa: B023 - the threads of a round end within it
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.vocabulary import Channel, EventKind, LetterType, Outcome, Relation
from services import (
    accounts,
    appeals,
    attachments,
    clocks,
    complainants,
    complaints,
    door,
    granting,
    organisation,
    parties,
    steps,
)
from services.parties import Named
from tests.attacks.soundness import faults
from tests.cases import Case, an_intake
from tests.conftest import POSTGRESQL, TODAY, Cast, sign_everybody_in
from tests.granting import confirm_all
from tests.unkept import unkept

Act = Callable[[], Any]
ROUNDS = 2 if POSTGRESQL else 1  # SQLite lets one writer in at a time
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def a_hesitating_database(engine: Engine) -> Iterator[None]:
    """Each statement may wait a moment, so that the two really mix."""
    chance = random.Random(7)

    def hesitate(*_: object) -> None:
        time.sleep(chance.choice((0, 0, 0.001, 0.004)))

    if not POSTGRESQL:  # one writer at a time, whatever happens
        yield
        return
    event.listen(door.engine(), "before_cursor_execute", hesitate)
    yield
    event.remove(door.engine(), "before_cursor_execute", hesitate)


def at_once(*acts: Act) -> list[str]:
    """What became of each: "done", or the code of its refusal. Anything else than a refusal is a failure."""
    start, ends = Barrier(len(acts)), [""] * len(acts)

    def run(number: int) -> None:
        start.wait()
        try:
            acts[number]()
            ends[number] = "done"
        except Refused as refusal:
            ends[number] = refusal.code
        except Exception as error:
            ends[number] = f"crash: {type(error).__name__}: {error}"

    threads = [Thread(target=run, args=(number,)) for number in range(len(acts))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return ends


# Two acts on one dossier, made ready beforehand: what each needs of the screen is what stood there before


def assigns(case: Case) -> list[Act]:
    seen, cast = case.seen, case.cast
    return [
        lambda: steps.assign(cast.actor("cora"), case.reference, seen, cast["hans"]),
        lambda: steps.assign(cast.actor("dora"), case.reference, seen, cast["hilde"]),
    ]


def extending(case: Case, who: str = "hans") -> Act:
    seen, until, why = case.seen, case.at(20), "Wij wachten op een rapport."
    letter = case.letter("cora", LetterType.EXTENSION, case.at(3), new_date=until, reason=why)
    return lambda: steps.extend(case.cast.actor(who), case.reference, seen, letter, until, why)


def withdrawing(case: Case) -> Act:
    seen, on = case.seen, case.at(3)
    letter = case.letter("cora", LetterType.WITHDRAWAL, on, withdrawn_on=on)
    return lambda: steps.withdraw(case.cast.actor("cora"), case.reference, seen, on, Channel.PHONE, letter)


def deciding(case: Case, who: str = "hans") -> Act:
    seen = case.seen
    return lambda: steps.decide(
        case.cast.actor(who), case.reference, seen, case.at(3), Outcome.UPHELD, "Het rooster klopte niet.", no_measures=True
    )


def answering(case: Case) -> Act:
    seen, letter = case.seen, case.letter("hans", LetterType.DECISION, case.at(4))
    return lambda: steps.answer(case.cast.actor("hans"), case.reference, seen, letter)


def closing(case: Case) -> Act:
    seen = case.seen
    return lambda: steps.close(case.cast.actor("cora"), case.reference, seen, "accepted")


def pausing(case: Case, who: str) -> Act:
    seen = case.seen
    return lambda: clocks.pause(
        case.cast.actor(who), case.reference, seen, "waiting_complainant", case.at(2), None, "Wij wachten."
    )


def correcting_receipt(case: Case) -> Act:
    seen, to = case.seen, case.at(-3)
    return lambda: clocks.correct_receipt(case.cast.actor("cora"), case.reference, seen, to, "De brief lag in een andere la.")


def acknowledging(case: Case) -> Act:
    seen, letter = case.seen, case.letter("cora", LetterType.ACK_PROMISE, case.at(1))
    return lambda: steps.acknowledge(case.cast.actor("cora"), case.reference, seen, letter)


def lodging(case: Case, who: str) -> Act:
    once = str(uuid4())
    return lambda: appeals.lodge(case.cast.actor(who), once, case.reference, None, TODAY, Channel.EMAIL, "Het klopt niet.")


def naming(case: Case) -> Act:
    seen = case.seen
    return lambda: complainants.name_complainant(
        case.cast.actor("cora"), case.reference, seen, "client", "Karel de Vries-Smit", "karel@voorbeeld.invalid"
    )


def consulting(case: Case, who: str) -> Act:
    seen, cast = case.seen, case.cast
    return lambda: steps.consult(cast.actor(who), case.reference, seen, case.at(1), (cast["piet"],), "", cast["hans"])


ONE_WINS: dict[str, tuple[str, Callable[[Case], list[Act]]]] = {
    "assign, assign": ("acknowledged", assigns),
    "consult, consult": ("", lambda case: [consulting(case, "dora"), consulting(case, "dora")]),
    "extend, extend": ("in_progress", lambda case: [extending(case), extending(case, "cora")]),
    "close, close": ("answered", lambda case: [closing(case), closing(case)]),
    "close, extend": ("answered", lambda case: [closing(case), extending(case)]),
    "extend, withdraw": ("in_progress", lambda case: [extending(case), withdrawing(case)]),
    "decide, withdraw": ("in_progress", lambda case: [deciding(case), withdrawing(case)]),
    "decide, decide": ("in_progress", lambda case: [deciding(case), deciding(case, "cora")]),
    "decide, extend": ("in_progress", lambda case: [deciding(case), extending(case, "cora")]),
    "answer, answer": ("decided", lambda case: [answering(case), answering(case)]),
    "answer, withdraw": ("decided", lambda case: [answering(case), withdrawing(case)]),
    "pause, pause": ("in_progress", lambda case: [pausing(case, "hans"), pausing(case, "cora")]),
    "pause, decide": ("in_progress", lambda case: [pausing(case, "cora"), deciding(case)]),
    "correct the receipt, acknowledge": ("consulted", lambda case: [correcting_receipt(case), acknowledging(case)]),
    "correct the receipt, twice": ("consulted", lambda case: [correcting_receipt(case), correcting_receipt(case)]),
    "acknowledge, acknowledge": ("consulted", lambda case: [acknowledging(case), acknowledging(case)]),
    "acknowledge, name": ("consulted", lambda case: [acknowledging(case), naming(case)]),
    "lodge, lodge": ("answered", lambda case: [lodging(case, "cora"), lodging(case, "dora")]),
    "close, lodge": ("answered", lambda case: [closing(case), lodging(case, "dora")]),
}


def standing(cast: Cast, where: str) -> Case:
    case = Case.registered("training", cast)
    if where == "consulted":
        return case.consult()
    return getattr(case, where)() if where else case


@pytest.mark.parametrize("pair", ONE_WINS)
def test_of_two_who_saw_the_same_one_wins(cast: Cast, engine: Engine, pair: str) -> None:
    where, make = ONE_WINS[pair]
    for _ in range(ROUNDS):
        case = standing(cast, where)

        ends = at_once(*make(case))

        lost = [each for each in ends if each != "done"]
        if pair == "close, lodge":  # an appeal is possible after closing too
            assert set(lost) <= {"changed_meanwhile"}, ends
        else:
            assert len(lost) == 1, ends
            assert lost[0] in ("changed_meanwhile", "not_in_this_status", "no_position_due"), ends
    assert faults(engine) == []


# Who is excluded while doing something


def excluding(case: Case, name: str, by: str = "dora") -> Act:
    cast = case.cast
    return lambda: parties.add_party(cast.actor(by), case.reference, Relation.CONFLICT, Named(account_id=cast[name]))


OF_THE_EXCLUDED: dict[str, tuple[str, Callable[[Case], Act]]] = {
    "decides": ("in_progress", deciding),
    "notes": ("in_progress", lambda case: lambda: case.log("hans", EventKind.NOTE)),
    "extends": ("in_progress", extending),
    "is given it": ("acknowledged", lambda case: assigns(case)[0]),
    "is to acknowledge": ("", lambda case: consulting(case, "dora")),
    "attaches": (
        "in_progress",
        lambda case: lambda: attachments.add(case.cast.actor("hans"), case.reference, [("brief.pdf", PDF)]),
    ),
}


@pytest.mark.parametrize("does", OF_THE_EXCLUDED)
def test_who_is_excluded_at_the_same_moment_did_it_before_or_not_at_all(cast: Cast, engine: Engine, does: str) -> None:
    where, make = OF_THE_EXCLUDED[does]
    for _ in range(ROUNDS):
        case = standing(cast, where)

        excluded, wrote = at_once(excluding(case, "hans", "cora"), make(case))

        assert excluded == "done"
        assert wrote in ("done", "not_found", "changed_meanwhile", "unknown_person"), wrote
        with pytest.raises(Refused, match="not_found"):
            case.read("hans")
        kinds = [(each.kind, each.actor_id) for each in case.events()]
        left = kinds.index((EventKind.PARTY_ADDED, cast["cora"]))
        assert cast["hans"] not in [actor for _, actor in kinds[left:]]
    assert faults(engine) == []


def proposed(case: Case) -> int:
    return next(each.id for each in case.events() if each.kind == EventKind.LIFT_PROPOSED)


def about_hans(cast: Cast, engine: Engine) -> tuple[Case, int]:
    """Hans is excluded; the number is that of his row."""
    case = Case.registered("training", cast).acknowledged()
    excluding(case, "hans", "cora")()
    with Session(engine) as session:
        return case, session.scalars(select(m.Party.id).where(m.Party.complaint_id == case.row.id)).one()


def test_an_exclusion_ends_once_though_two_confirm_it(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case, party = about_hans(cast, engine)
        steps.propose_lift(cast.actor("cora"), case.reference, case.seen, party, "Verkeerde Hans.")
        proposal = proposed(case)

        ends = at_once(*[lambda: steps.confirm_lift(cast.actor("dora"), case.reference, proposal)] * 2)

        assert sorted(ends) == ["done", "lift_not_proposed"]
        assert case.kinds().count(EventKind.LIFTED) == 1
    assert faults(engine) == []


def test_two_who_propose_at_once_are_not_two_persons(cast: Cast, engine: Engine) -> None:
    """One of them proposed it; the other has yet to confirm."""
    for _ in range(ROUNDS):
        case, party = about_hans(cast, engine)
        seen = case.seen

        ends = at_once(
            lambda: steps.propose_lift(cast.actor("cora"), case.reference, seen, party, "Verkeerde Hans."),
            lambda: steps.propose_lift(cast.actor("dora"), case.reference, seen, party, "De andere Hans."),
        )

        assert sorted(ends) == ["already_proposed", "done"]
        with pytest.raises(Refused, match="not_found"):
            case.read("hans")
    assert faults(engine) == []


def test_a_proposal_is_confirmed_or_dropped(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case, party = about_hans(cast, engine)
        steps.propose_lift(cast.actor("cora"), case.reference, case.seen, party, "Verkeerde Hans.")
        proposal = proposed(case)

        ends = at_once(
            lambda: steps.confirm_lift(cast.actor("dora"), case.reference, proposal),
            lambda: steps.withdraw_lift(cast.actor("cora"), case.reference, proposal),
        )

        assert sorted(ends) == ["done", "lift_not_proposed"]
        assert len({EventKind.LIFTED, EventKind.LIFT_WITHDRAWN} & set(case.kinds())) == 1
    assert faults(engine) == []


def test_who_is_named_again_while_somebody_confirms_stays_out(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case, party = about_hans(cast, engine)
        steps.propose_lift(cast.actor("cora"), case.reference, case.seen, party, "Verkeerde Hans.")
        proposal, again = proposed(case), Named(account_id=cast["hans"])

        ends = at_once(
            lambda: steps.confirm_lift(cast.actor("dora"), case.reference, proposal),
            lambda: parties.add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, again),
        )

        assert ends in (["done", "done"], ["lift_not_proposed", "done"])
        with pytest.raises(Refused, match="not_found"):
            case.read("hans")
    assert faults(engine) == []


def test_an_exclusion_that_is_lifted_while_somebody_assigns(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case, party = about_hans(cast, engine)
        steps.propose_lift(cast.actor("cora"), case.reference, case.seen, party, "Verkeerde Hans.")
        proposal, seen = proposed(case), case.seen

        ends = at_once(
            lambda: steps.confirm_lift(cast.actor("dora"), case.reference, proposal),
            lambda: steps.assign(cast.actor("cora"), case.reference, seen, cast["hans"]),
        )

        assert ends[0] == "done"
        assert ends[1] in ("unknown_person", "changed_meanwhile"), ends
    assert faults(engine) == []


# Things in a dossier


def test_one_file_is_removed_once(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case = Case.registered("training", cast)
        (token,) = attachments.add(cast.actor("cora"), case.reference, [("brief.pdf", PDF)])

        ends = at_once(
            lambda: attachments.remove(cast.actor("cora"), token, "Verkeerd dossier."),
            lambda: attachments.remove(cast.actor("dora"), token, "Dubbel."),
        )

        assert sorted(ends) == ["done", "not_found"]
        assert case.kinds().count(EventKind.ATTACHMENT_REMOVED) == 1
    assert faults(engine) == []


def test_a_file_that_is_removed_and_attached_at_once(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case = Case.registered("training", cast)
        (token,) = attachments.add(cast.actor("cora"), case.reference, [("brief.pdf", PDF)])

        ends = at_once(
            lambda: attachments.remove(cast.actor("cora"), token, "Verkeerd dossier."),
            lambda: attachments.add(cast.actor("dora"), case.reference, [("brief.pdf", PDF)]),
        )

        assert ends == ["done", "done"]
        kinds = case.kinds()
        assert kinds.count(EventKind.ATTACHMENT_REMOVED) == 1
        assert kinds.count(EventKind.ATTACHMENT_ADDED) in (1, 2)
    assert faults(engine, door_folder()) == []


def door_folder() -> Any:
    return attachments.data_dir() / "attachments"


def test_a_measure_is_done_once(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case = Case.registered("training", cast).answered(measures=1)
        content = case.read().content
        assert content is not None
        measure = content.measures[0].id

        def done(who: str, words: str, case: Case = case, measure: int = measure) -> Act:
            return lambda: steps.measure_done(cast.actor(who), case.reference, measure, case.at(5), words)

        ends = at_once(done("cora", "Gedaan."), done("dora", "Rooster hangt er."))
        assert sorted(ends) == ["done", "measure_already_done"]

        again = at_once(done("cora", "Gedaan."), done("cora", "Gedaan."))
        assert set(again) <= {"done", "measure_already_done"}
        assert case.kinds().count(EventKind.MEASURE_DONE) == 1
    assert faults(engine) == []


def test_a_double_click_is_one_entry_and_one_letter(cast: Cast, engine: Engine) -> None:
    for _ in range(ROUNDS):
        case, once = Case.registered("training", cast).in_progress(), str(uuid4())
        words = {"progress": "Wij spraken iedereen.", "next_step": "Wij bellen u.", "next_on": case.at(30)}
        letter = case.letter("hans", LetterType.PROGRESS, case.at(3), **words)

        said = at_once(*[lambda: case.log("hans", EventKind.CONTACT, form_id=once)] * 3)
        sent = at_once(*[lambda: steps.progress(cast.actor("hans"), case.reference, letter)] * 3)

        assert (said, sent) == (["done"] * 3, ["done"] * 3)
        assert case.kinds().count(EventKind.CONTACT) == 1
        with Session(engine) as session:
            assert len(session.scalars(select(m.Message).where(m.Message.form_id == letter.form_id)).all()) == 1
    assert faults(engine) == []


# People and settings that change while a dossier does


def version_of(cast: Cast, name: str) -> int:
    return next(each.version for each in accounts.listing(cast.actor("adam")) if each.name == name)


def test_a_director_who_leaves_while_a_complaint_comes_in_directs_nothing(cast: Cast, engine: Engine) -> None:
    Case.registered("training", cast)
    for _ in range(ROUNDS):
        accounts.disable(cast.actor("adam"), cast["dora"], version_of(cast, "dora"))
        asked = granting.to_answer(cast.actor("cora"))[0].id

        ends = at_once(
            lambda: granting.confirm(cast.actor("cora"), asked),
            lambda: complaints.register(cast.actor("tom"), str(uuid4()), an_intake("training", cast)),
            lambda: complaints.register(cast.actor("rosa"), str(uuid4()), an_intake("training", cast)),
        )

        assert ends == ["done"] * 3
        with Session(engine) as session:
            assert cast["dora"] not in set(session.scalars(select(m.Complaint.acting_director_id)))
        accounts.enable(cast.actor("adam"), cast["dora"], version_of(cast, "dora"))
        confirm_all(cast)
    assert faults(engine) == []


def test_other_stand_ins_while_somebody_is_excluded(cast: Cast, engine: Engine) -> None:
    for turn in range(ROUNDS):
        case = Case.registered("training", cast)
        seen = organisation.settings(cast.actor("adam"))
        order = (cast["petra"], cast["piet"]) if turn % 2 == 0 else (cast["piet"], cast["petra"])

        organisation.change_settings(cast.actor("adam"), seen, {"stand_in_ids": order})
        asked = granting.to_answer(cast.actor("cora"))[0].id

        ends = at_once(
            lambda: granting.confirm(cast.actor("cora"), asked),
            excluding(case, "dora", "cora"),
        )

        assert set(ends) <= {"done", "changed_meanwhile"}, ends
        assert ends[1] == "done", ends
        if ends[0] == "done":
            assert case.row.acting_director_id == order[0]
    assert faults(engine) == []


def test_a_handler_who_leaves_while_being_assigned_is_seen_to_have_left(cast: Cast, engine: Engine) -> None:
    case, version = Case.registered("training", cast).acknowledged(), version_of(cast, "hans")

    ends = at_once(
        lambda: accounts.disable(cast.actor("adam"), cast["hans"], version),
        assigns(case)[0],
    )

    assert ends[0] == "done"
    assert ends[1] in ("done", "unknown_person"), ends
    assert faults(engine) == []


def test_of_two_who_answer_a_request_at_the_same_moment_one_is_told_that_it_was_answered(cast: Cast, engine: Engine) -> None:
    Case.registered("training", cast)
    for second in (granting.confirm, granting.decline):
        accounts.disable(cast.actor("adam"), cast["vera"], version_of(cast, "vera"))
        asked = granting.to_answer(cast.actor("cora"))[0].id

        ends = at_once(
            lambda asked=asked: granting.confirm(cast.actor("cora"), asked),
            lambda asked=asked, second=second: second(cast.actor("dora"), asked),
        )

        assert sorted(ends) == ["done", "request_answered"]
        accounts.enable(cast.actor("adam"), cast["vera"], version_of(cast, "vera"))
        confirm_all(cast)


def test_two_administrators_who_disable_each_other_leave_one(cast: Cast, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["suze"]).roles = [m.AccountRole(role="admin")]
        for name in ("adam", "suze"):
            session.get_one(m.Account, cast[name]).password_hash = "x"
    for _ in range(ROUNDS):
        adam, suze = version_of(cast, "adam"), version_of(cast, "suze")

        ends = at_once(
            lambda: accounts.disable(cast.actor("adam"), cast["suze"], suze),
            lambda: accounts.disable(cast.actor("suze"), cast["adam"], adam),
        )

        assert ends.count("done") == 1, ends
        assert set(ends) <= {"done", "last_admin", "changed_meanwhile", "signed_out"}, ends
        with Session(engine) as session, session.begin():
            for name in ("adam", "suze"):
                session.get_one(m.Account, cast[name]).active = True
            sign_everybody_in(session, cast, door.today_and_now()[1])
            for row in session.scalars(select(m.AuthSession)):
                row.revoked_at = None


def test_a_storm_of_everybody_on_one_dossier(cast: Cast, engine: Engine) -> None:
    """Eight people, each five acts, whatever comes of them: nothing but a refusal, and the register is in order."""
    case, chance = Case.registered("training", cast).in_progress(), random.Random(11)

    def busy(who: str, seed: int) -> Act:
        mine = random.Random(seed)

        def act() -> None:
            for _ in range(5):
                with suppress(Refused):
                    mine.choice(
                        [
                            lambda: case.log(who, EventKind.NOTE),
                            lambda: case.log(who, EventKind.CONTACT),
                            lambda: steps.assign(cast.actor(who), case.reference, case.seen, cast["hilde"]),
                            lambda: steps.assign(cast.actor(who), case.reference, case.seen, cast["hans"]),
                            lambda: pausing(case, who)(),
                            lambda: clocks.resume(cast.actor(who), case.reference, case.seen, TODAY),
                            lambda: attachments.add(cast.actor(who), case.reference, [("brief.pdf", PDF)]),
                            lambda: parties.add_party(cast.actor(who), case.reference, "involved", Named(name=f"Jan {seed}")),
                        ]
                    )()

        return act

    ends = at_once(
        *(busy(who, chance.randrange(99)) for who in ("hans", "cora", "dora", "cora", "dora", "hans", "mia", "piet"))
    )

    assert ends == ["done"] * 8
    assert faults(engine, door_folder()) == []


def test_the_check_itself_sees_a_forged_history(cast: Cast, engine: Engine) -> None:
    case = Case.registered("training", cast).decided()
    with Session(engine) as session, session.begin(), unkept(session):
        session.scalars(select(m.Event).where(m.Event.kind == EventKind.DECIDED)).one().happened_on = case.received
        session.scalars(select(m.Promise).where(m.Promise.code == "RESPONSE")).one().target_on = TODAY

    found = faults(engine)

    assert any("chain" in each for each in found)
    assert any("ledger" in each for each in found)
