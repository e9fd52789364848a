"""P20: many writers in one dossier, each going on as a person would: who was second looks, merges and saves again. P21: what
was sent twice is there once. On PostgreSQL too: WEERKLANK_TEST_DATABASE=postgresql."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.merging import merge, together
from domain.vocabulary import Channel, Compartment, EventKind, LetterType, Outcome
from services import (
    accounts,
    appeals,
    attachments,
    calendar_days,
    complaints,
    door,
    drafts,
    evaluation_keying,
    handing_over,
    hearing,
    organisation,
    reviews,
    steps,
)
from services.accounts import AccountInput
from services.corrections import FIELDS, Corrected
from services.evaluation_keying import Keyed
from services.handing_over import HandOver
from services.organisation import UnitInput
from services.profiles import vocabulary
from tests.attacks.soundness import faults
from tests.attacks.test_races import PDF, at_once
from tests.cases import Case, an_intake
from tests.conftest import TODAY, Cast
from tests.figures import EVERYTHING, Figures, so_many

PEOPLE = ("cora", "dora")
EDITS = so_many(50, 5)


# P20


@dataclass
class Writer:
    """Adds a word of its own to the description, again and again. What it keeps count of is what it was told."""

    case: Case
    number: int
    all_looked: Barrier
    saved_over: list[int] = field(default_factory=list)  # the versions that it saw when saving succeeded
    words: list[str] = field(default_factory=list)  # of which it was told that they were saved
    conflicts: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def actor(self) -> door.Actor:
        return self.case.cast.actor(PEOPLE[self.number % len(PEOPLE)])

    def write(self) -> None:
        for turn in range(EDITS):
            base = standing(self.case)
            if turn == 0:
                self.all_looked.wait(60)
            time.sleep(0.002)  # somebody types
            word = f"w{self.number}.{turn}"
            self.save(base, {**base, "description": f"{base['description']} {word}"})
            self.words.append(word)

    def save(self, base: dict[str, Any], mine: dict[str, Any]) -> None:
        while True:
            try:
                given = Corrected(**{name: mine[name] for name in FIELDS})
                steps.correct(self.actor, self.case.reference, base["version"], "Aangevuld.", given)
            except Refused as refusal:
                base, mine = self.second(refusal, base, mine)
            else:
                self.saved_over.append(base["version"])
                return

    def second(self, refusal: Refused, base: dict[str, Any], mine: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the form does then: the text is kept, and set beside what stands there now."""
        if refusal.code == "database_away":  # so many at once: it says so, the text stays, and one clicks again
            return base, mine
        if refusal.code != "changed_meanwhile":
            self.wrong.append(refusal.code)
            raise refusal
        self.conflicts += 1
        theirs = standing(self.case)
        if theirs["version"] <= base["version"]:
            self.wrong.append("a conflict that was none")
        page = f"test.{self.number}"
        with suppress(Refused):
            drafts.keep(self.actor, page, {"values": mine})
            if drafts.recall(self.actor, page)["values"] != mine:
                self.wrong.append("the text of the loser is gone")
        found = merge(*({name: each[name] for name in FIELDS} for each in (base, theirs, mine)))
        merged = dict(found.values)
        for name in found.clashes:
            merged[name] = together(base[name], theirs[name], mine[name])
        return theirs, merged


def standing(case: Case) -> dict[str, Any]:
    """What a form shows; reading waits for nobody."""
    with Session(door.engine().execution_options(access="read")) as session:
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == case.reference)).one()
        return {name: getattr(row, name) for name in (*FIELDS, "version")}


@pytest.mark.parametrize("number", [2, 8, 20] if EVERYTHING else [2, 8])
def test_p20_writers_in_one_dossier_lose_nothing(cast: Cast, engine: Engine, figures: Figures, number: int) -> None:
    case, all_looked = Case.registered("training", cast), Barrier(number)
    first, writers = case.seen, [Writer(case, each, all_looked) for each in range(number)]
    threads = [Thread(target=each.write) for each in writers]
    for each in threads:
        each.start()
    for each in threads:
        each.join(1800)

    words = Counter(case.row.description.split())
    wanted = [word for writer in writers for word in writer.words]
    over = [version for writer in writers for version in writer.saved_over]
    what = f"{number} writers, {EDITS} edits each"
    figures.equal("P20", f"not saved in the end, {what}", number * EDITS - len(wanted), 0)
    figures.equal("P20", f"lost updates, {what}", sum(words[each] != 1 for each in wanted), 0)
    figures.equal("P20", f"saved over what nobody saw, {what}", len(over) - len(set(over)), 0)
    figures.equal("P20", f"more versions than were saved, {what}", case.seen - first - len(over), 0)
    figures.equal("P20", f"conflicts that were none, other refusals, lost texts, {what}", sum(len(w.wrong) for w in writers), 0)
    figures.at_least("P20", f"conflicts that were met and merged, {what}", sum(w.conflicts for w in writers), number - 1)
    figures.equal("P20", f"faults of the register, {what}", len(faults(engine)), 0)


def test_those_who_only_add_never_meet_a_conflict(cast: Cast, engine: Engine) -> None:
    case = Case.registered("training", cast).in_progress()

    def adding(number: int) -> Callable[[], None]:
        who, said = PEOPLE[number % 2], f"Notitie {number}."
        return lambda: steps.log(cast.actor(who), case.reference, EventKind.NOTE, TODAY, said, form_id=str(uuid4()))

    assert at_once(*map(adding, range(8))) == ["done"] * 8
    assert case.kinds().count(EventKind.NOTE) == 8
    assert faults(engine) == []


# P21

Submit = Callable[[], Any]


@dataclass
class Bench:
    """What the tries work with."""

    cast: Cast
    made: dict[str, Case] = field(default_factory=dict)
    days: Iterator[date] = field(default_factory=lambda: (TODAY + timedelta(days=each) for each in range(1, 400)))

    def fresh(self, state: str) -> Case:
        case: Case = getattr(Case.registered("training", self.cast), state)()
        return case

    def one(self, state: str) -> Case:
        """The same one each time."""
        if state not in self.made:
            self.made[state] = self.fresh(state)
        return self.made[state]


def a_complaint(bench: Bench) -> Submit:
    once, intake = str(uuid4()), an_intake("training", bench.cast)
    return lambda: complaints.register(bench.cast.actor("tom"), once, intake)


def a_matter_handed_over(bench: Bench) -> Submit:
    once, tom = str(uuid4()), bench.cast.actor("tom")
    kind = next(each for each in vocabulary(tom).restricted if each.treatment == Compartment.UNWANTED_BEHAVIOUR)
    matter = HandOver(
        compartment=kind.treatment,
        received_on=TODAY,
        channel=Channel.PHONE,
        text="Besloten.",
        category=kind.name,
        complainant_type="client",
        name="Karel de Vries",
    )
    return lambda: handing_over.hand_over(tom, once, matter)


def logged(kind: EventKind, **details: Any) -> Callable[[Bench], Submit]:
    def make(bench: Bench) -> Submit:
        case, once = bench.one("in_progress"), str(uuid4())
        return lambda: steps.log(bench.cast.actor("cora"), case.reference, kind, TODAY, "Gebeld.", form_id=once, **details)

    return make


def a_letter(bench: Bench) -> Submit:
    case, says = bench.one("in_progress"), {"progress": "Wij spraken de chauffeur.", "next_step": "Een besluit."}
    letter = case.letter("cora", LetterType.PROGRESS, TODAY, **says)
    return lambda: steps.progress(bench.cast.actor("cora"), case.reference, letter)


def an_attachment(bench: Bench) -> Submit:
    case = bench.fresh("in_progress")
    return lambda: attachments.add(bench.cast.actor("cora"), case.reference, [("brief.pdf", PDF)])


def a_referral(bench: Bench) -> Submit:
    case, once = bench.one("in_progress"), str(uuid4())
    asked: dict[str, Any] = {"body": "other", "body_name": "Ombudsman", "stage": "informed", "submitted_on": TODAY}
    return lambda: steps.refer(bench.cast.actor("cora"), case.reference, once, **asked)


def a_decision_with_a_measure(bench: Bench) -> Submit:
    case = bench.fresh("in_progress")
    seen, measure = case.seen, steps.MeasureInput("Eerder bellen.", bench.cast["cora"], TODAY)
    said = (TODAY, Outcome.UPHELD, "Het rooster klopte niet.", (measure,))
    return lambda: steps.decide(bench.cast.actor("hans"), case.reference, seen, *said)


def an_appeal(bench: Bench) -> Submit:
    case, once = bench.fresh("answered"), str(uuid4())
    said = (case.reference, None, TODAY, Channel.EMAIL, "Het klopt niet.")
    return lambda: appeals.lodge(bench.cast.actor("cora"), once, *said)


def a_paper_of_the_reviewer(bench: Bench) -> Submit:
    case, once = bench.one("in_appeal"), str(uuid4())
    return lambda: hearing.note(bench.cast.actor("vera"), case.reference, once, "Nagelezen.")


def somebody_named(bench: Bench) -> Submit:
    case, name = bench.one("in_progress"), f"Piet {uuid4()}"
    return lambda: complaints.add_party(bench.cast.actor("cora"), case.reference, "involved", complaints.Named(name=name))


def an_account(bench: Bench) -> Submit:
    name = f"n{uuid4().hex[:12]}"
    given = AccountInput(name, f"Nel {name}", "", ("reporter",), None)
    return lambda: accounts.create(bench.cast.actor("adam"), given)


def a_unit(bench: Bench) -> Submit:
    given = UnitInput(f"Locatie {uuid4()}", "location", "training", None, None)
    return lambda: organisation.add_unit(bench.cast.actor("adam"), given)


def a_closing(bench: Bench) -> Submit:
    day = next(bench.days)
    return lambda: calendar_days.add_closing(bench.cast.actor("adam"), day, day, "Dicht")


def an_evaluation_form(bench: Bench) -> Submit:
    once, keyed = str(uuid4()), Keyed(words=f"De zaal was koud {uuid4()}.")
    return lambda: evaluation_keying.key_in(bench.cast.actor("cora"), once, keyed)


# What is made, by which table it is counted, and how many of a thousand tries are of it (a whole dossier first is dear).
KINDS: dict[str, tuple[Callable[[Bench], Submit], type, int]] = {
    "a complaint": (a_complaint, m.Complaint, 100),
    "a matter handed over": (a_matter_handed_over, m.Complaint, 40),
    "a note": (logged(EventKind.NOTE), m.Event, 150),
    "a conversation": (logged(EventKind.CONVERSATION, result="solved"), m.Event, 50),
    "a message that came in": (logged(EventKind.MESSAGE_RECEIVED, channel=Channel.EMAIL, subject="Nog iets"), m.Message, 100),
    "a letter": (a_letter, m.Message, 100),
    "an attachment": (an_attachment, m.Attachment, 20),
    "a referral": (a_referral, m.Referral, 100),
    "a decision with its measure": (a_decision_with_a_measure, m.Measure, 20),
    "an appeal": (an_appeal, m.Appeal, 20),
    "a paper of the reviewer": (a_paper_of_the_reviewer, m.Event, 100),
    "somebody named": (somebody_named, m.Party, 50),
    "an account": (an_account, m.Account, 40),
    "a unit": (a_unit, m.OrgUnit, 40),
    "a closing": (a_closing, m.ClosedDay, 40),
    "an evaluation form": (an_evaluation_form, m.Evaluation, 30),
}
TAKEN = {"name_taken", "unit_taken", "day_known", "named_twice", "changed_meanwhile", "evaluation_known"}  # it is there


def count(model: type) -> int:
    with Session(door.engine()) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def submitted_again(submit: Submit) -> list[str]:
    """Two clicks at once, and the same once more when the browser was back: what each was told."""
    return [*at_once(submit, submit), *at_once(submit)]


@pytest.mark.parametrize("kind", KINDS)
def test_p21_what_is_sent_twice_is_made_once(cast: Cast, engine: Engine, figures: Figures, kind: str) -> None:
    make, model, tries = KINDS[kind]
    bench, other = Bench(cast), 0
    for _ in range(so_many(tries, 5 if tries >= 100 else 3)):
        submit = make(bench)
        before = count(model)
        told = submitted_again(submit)
        other += count(model) - before != 1
        assert "done" in told, told
        assert set(told) <= {"done"} | TAKEN, told

    figures.equal("P21", f"tries after which there is not exactly one: {kind}", other, 0)
    assert faults(engine) == []


def test_an_old_form_that_is_sent_again_after_much_else_is_still_one(cast: Cast) -> None:
    case, once = Case.registered("training", cast).in_progress(), str(uuid4())

    def note(form_id: str) -> None:
        steps.log(cast.actor("cora"), case.reference, EventKind.NOTE, TODAY, "Gebeld.", form_id=form_id)

    note(once)
    for _ in range(25):
        note(str(uuid4()))
    note(once)

    assert case.kinds().count(EventKind.NOTE) == 26


def test_the_same_form_with_other_words_is_said_and_not_swallowed(cast: Cast) -> None:
    """It was saved from another tab; who saves another text of it reads so, and nothing is lost."""
    case, cora = Case.registered("training", cast).in_progress(), cast.actor("cora")
    once, intake = str(uuid4()), an_intake("training", cast)
    says: dict[str, Any] = {"body": "other", "body_name": "Ombudsman", "stage": "informed", "submitted_on": TODAY}
    received = {"channel": Channel.EMAIL, "subject": "Nog iets"}
    steps.log(cora, case.reference, EventKind.NOTE, TODAY, "Gebeld.", form_id=once)
    steps.log(
        cora, case.reference, EventKind.MESSAGE_RECEIVED, TODAY, "Het is goed.", form_id=(mail := str(uuid4())), **received
    )
    steps.refer(cora, case.reference, once, note="Verwezen.", **says)
    complaints.register(cora, once, intake)
    others: list[Submit] = [
        lambda: steps.log(cora, case.reference, EventKind.NOTE, TODAY, "Iets anders.", form_id=once),
        lambda: steps.log(cora, case.reference, EventKind.MESSAGE_RECEIVED, TODAY, "Toch niet.", form_id=mail, **received),
        lambda: steps.refer(cora, case.reference, once, note="Iets anders.", **says),
        lambda: complaints.register(cora, once, replace(intake, description="Iets heel anders.")),
    ]

    assert [at_once(each) for each in others] == [["form_used"]] * 4
    steps.log(cora, case.reference, EventKind.MESSAGE_RECEIVED, TODAY, "Het is goed.", form_id=mail, **received)
    assert case.kinds().count(EventKind.MESSAGE_RECEIVED) == 1


def test_a_review_is_begun_once(cast: Cast) -> None:
    once, span = str(uuid4()), (date(2026, 1, 1), date(2026, 10, 31))
    people = [cast["dora"], cast["piet"]]

    told = submitted_again(lambda: reviews.begin(cast.actor("dora"), once, *span, people))

    assert set(told) <= {"done", "changed_meanwhile"}, told
    assert count(m.Review) == 1
