"""What was written down wrongly is put right with a reason, and what stood there can still be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.texts import LONGEST
from domain.vocabulary import Channel, EventKind, LetterType
from services import board, complaints, door, dossier, steps
from services.board import BoardFilter, Show
from services.complaints import Named
from services.dossier_content import MeasureView
from services.steps import Corrected
from tests.cases import Case
from tests.conftest import PROFILES, TODAY, Cast

OTHER = {"training": "Kosten en annulering", "kinderopvang-welzijn": "Contract en facturen"}


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new(cast: Cast, profile: str) -> Any:
    return lambda by="tom", **fields: Case.registered(profile, cast, by=by, **fields)


def stands(case: Case) -> Corrected:
    row = case.row
    return Corrected(
        title=row.title, description=row.description, category=row.category, subcategory=row.subcategory,
        unit_id=row.unit_id, channel=row.channel,
    )  # fmt: skip


def corrected(case: Case, who: str = "cora", reason: str = "Verkeerd verstaan.", **changes: Any) -> None:
    steps.correct(case.cast.actor(who), case.reference, case.seen, reason, replace(stands(case), **changes))


def said(case: Case) -> list[tuple[str, dict[str, Any], str]]:
    """Kind, codes and text of what happened, as the coordinator reads it; oldest first."""
    content = case.read("cora").content
    assert content is not None
    return [(each.kind, dict(each.codes), each.text) for each in reversed(content.timeline)]


def sees(cast: Cast, who: str, case: Case) -> bool:
    listed = {row.reference for row in board.page(cast.actor(who), BoardFilter(status=Show.ALL)).rows}
    try:
        dossier.read(cast.actor(who), case.reference)
    except Refused:
        assert case.reference not in listed
        return False
    return True


# Details


def test_every_field_can_be_put_right_in_one_step_and_what_stood_there_is_kept(new: Any, cast: Cast, profile: str) -> None:
    case = new()
    before = case.row

    corrected(
        case,
        title="De bus was te laat",
        description="Wij stonden een half uur te wachten.",
        category=OTHER[profile],
        unit_id=cast.units["zuid"],
        channel=Channel.EMAIL,
    )

    row = case.row
    assert (row.title, row.description) == ("De bus was te laat", "Wij stonden een half uur te wachten.")
    assert (row.category, row.unit_id, row.channel) == (OTHER[profile], cast.units["zuid"], "email")
    assert (before.formal_written, row.formal_written) == (False, True)  # it followed from the channel
    (_, was, old), (kind, codes, text) = said(case)[-2:]
    assert kind == EventKind.CORRECTED
    assert (was, old) == ({"was": "description"}, before.description)
    assert codes["fields"] == ["title", "description", "category", "unit_id", "channel"]
    assert text.splitlines()[0] == "Verkeerd verstaan."
    assert f"Titel was: {before.title}" in text
    assert f"Categorie was: {before.category}" in text
    assert "Locatie was: Locatie Noord" in text
    assert "Binnengekomen via was: Telefoon" in text


def test_the_longest_text_is_kept_whole(new: Any) -> None:
    case = new(description="a" * LONGEST)

    corrected(case, description="b" * LONGEST, reason="r" * 2_000)

    assert said(case)[-2][2] == "a" * LONGEST


def test_no_promise_and_no_date_moves(new: Any, profile: str) -> None:
    case = new()
    before = case.read("cora").promises

    corrected(case, title="Anders", category=OTHER[profile])

    assert case.read("cora").promises == before
    assert (case.row.received_on, case.row.registered_on) == (case.received, TODAY)


def test_who_works_on_it_may_and_nobody_else(new: Any) -> None:
    case = new().in_progress()

    corrected(case, "hans", title="Een")
    corrected(case, "dora", title="Twee")

    for who, code in (
        ("hilde", "not_found"),
        ("tom", "not_allowed"),
        ("piet", "not_found"),
        ("mia", "not_found"),
        ("vera", "not_allowed"),
    ):
        with pytest.raises(Refused) as refusal:
            corrected(case, who, title="Drie")
        assert refusal.value.code == code
    assert case.row.title == "Twee"


def test_two_people_at_once_do_not_overwrite_each_other(new: Any, cast: Cast) -> None:
    case = new()
    seen = case.seen
    corrected(case, title="Een")

    with pytest.raises(Refused, match="changed_meanwhile"):
        steps.correct(cast.actor("dora"), case.reference, seen, "Ook.", replace(stands(case), title="Twee"))


@pytest.mark.parametrize(
    ("changes", "reason", "code", "field"),
    [
        ({"title": " "}, "Daarom.", "missing", "title"),
        ({"description": "\u200b"}, "Daarom.", "missing", "description"),
        ({"title": "x"}, "\n", "missing", "reason"),
        ({"title": "x"}, "r" * 2_001, "text_too_long", "reason"),
        ({"title": "x" * 201}, "Daarom.", "text_too_long", "title"),
        ({"category": ""}, "Daarom.", "missing", "category"),
        ({"category": "Verzonnen"}, "Daarom.", "unknown_value", "category"),
        ({"category": "Ongewenst gedrag"}, "Daarom.", "use_hand_over", "category"),
        ({"subcategory": "Verzonnen"}, "Daarom.", "unknown_value", "subcategory"),
        ({"channel": "pigeon"}, "Daarom.", "unknown_value", "channel"),
        ({"unit_id": 10**30}, "Daarom.", "unknown_unit", "unit_id"),
        ({}, "Daarom.", "nothing_corrected", None),
        ({"title": "  Niemand was op  tijd "}, "Daarom.", "nothing_corrected", None),
    ],
)
def test_what_cannot_be_is_refused_by_field(new: Any, changes: dict[str, Any], reason: str, code: str, field: str) -> None:
    case = new()
    before = case.kinds()

    with pytest.raises(Refused) as refusal:
        corrected(case, reason=reason, **changes)

    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert case.kinds() == before


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"], indirect=True)
def test_another_sector_and_a_category_of_suspicion_have_their_own_way(new: Any, cast: Cast) -> None:
    case = new()

    for changes, code in (
        ({"unit_id": cast.units["wijk"]}, "other_sector"),
        ({"category": "Vermoeden mishandeling of zeden"}, "red_flag_expected"),
    ):
        with pytest.raises(Refused) as refusal:
            corrected(case, **changes)
        assert refusal.value.code == code


# A suspicion that became known


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"], indirect=True)
class TestSuspicion:
    def raised(self, case: Case, who: str = "cora", day: int = 2) -> Case:
        steps.raise_red_flag(case.cast.actor(who), case.reference, case.seen, case.at(day), "De moeder vertelde meer.")
        return case

    def test_fewer_people_see_it_at_once(self, new: Any, cast: Cast) -> None:
        case = new().in_progress()
        everybody = ("tom", "hans", "mia", "piet", "cora", "dora")
        assert [sees(cast, who, case) for who in everybody] == [True] * 6

        self.raised(case, "mia")

        assert {who: sees(cast, who, case) for who in everybody} == {
            "tom": False, "hans": True, "mia": False, "piet": False, "cora": True, "dora": True,
        }  # fmt: skip
        assert case.kinds()[-1] == EventKind.RED_FLAG_RAISED

    def test_the_expert_goes_first_and_at_once(self, new: Any) -> None:
        case = self.raised(new().in_progress(), day=5)

        assert case.promises()["WKO.ABUSE_CONSULT"] == "open"
        (clock,) = [each for each in case.read().promises if each.code == "ABUSE_CONSULT"]
        assert (clock.trigger_on, clock.target_on) == (TODAY, TODAY)
        with pytest.raises(Refused, match="expert_first"):
            case.decide()
        with pytest.raises(Refused, match="expert_already_consulted"):
            case.expert(day=5).expert(day=5)
        assert case.promises()["WKO.ABUSE_CONSULT"] == "kept"
        case.decide()

    def test_a_suspicion_known_for_days_is_late_at_once(self, new: Any) -> None:
        assert self.raised(new(), day=2).promises()["WKO.ABUSE_CONSULT"] == "missed"

    def test_it_is_raised_once_and_not_from_the_future(self, new: Any) -> None:
        case = new()
        for day, code in ((6, "in_the_future"), (-1, "before_received")):
            with pytest.raises(Refused, match=code):
                self.raised(case, day=day)
        self.raised(case)
        with pytest.raises(Refused, match="already_red_flag"):
            self.raised(case)

    def test_a_question_with_a_suspicion_has_the_clock_from_its_registration(self, new: Any) -> None:
        case = new(kind="question", category="Vermoeden mishandeling of zeden", red_flag=True)

        assert case.promises()["WKO.ABUSE_CONSULT"] == "missed"
        assert case.expert(day=5).promises()["WKO.ABUSE_CONSULT"] == "missed"

    def test_a_question_that_was_discussed_and_becomes_a_complaint_has_no_second_clock(self, new: Any, cast: Cast) -> None:
        case = new(kind="question", category="Vermoeden mishandeling of zeden", red_flag=True, received_on=TODAY).expert()

        complaints.convert_question(cast.actor("cora"), case.reference, case.seen, TODAY)

        assert [each.state for each in case.read().promises if each.code == "ABUSE_CONSULT"] == ["kept"]
        assert case.promises()["WKO.RESPONSE"] == "open"


@pytest.mark.parametrize("profile", ["training"], indirect=True)
def test_a_procedure_without_that_duty_does_not_know_the_step(new: Any, cast: Cast) -> None:
    case = new()

    with pytest.raises(Refused, match="no_red_flag_here"):
        steps.raise_red_flag(cast.actor("cora"), case.reference, case.seen, TODAY, "Een vermoeden.")


# A complainant who becomes known


@pytest.fixture
def nameless(new: Any) -> Case:
    return new(complainant_type="anonymous", complainant_name=None, complainant_contact=None)  # type: ignore[no-any-return]


def known(case: Case) -> Case:
    complaints.name_complainant(case.cast.actor("cora"), case.reference, case.seen, "client" if case.profile == "training"
                                else "parent", "Femke Stolwijk", "femke@voorbeeld.invalid")  # fmt: skip
    return case


def test_who_becomes_known_is_promised_an_acknowledgement_from_that_day(nameless: Case) -> None:
    assert nameless.promises()["HOUSE_WEEK.ACK"] == "cancelled"

    known(nameless)

    acks = [each for each in nameless.read().promises if each.key == "HOUSE_WEEK.ACK"]
    assert [each.state for each in acks] == ["cancelled", "open"]
    assert acks[-1].trigger_on == TODAY
    assert acks[-1].target_on > TODAY
    nameless.consult(day=5).acknowledge("cora", LetterType.ACK_PROMISE, day=5)
    assert nameless.promises()["HOUSE_WEEK.ACK"] == "kept"


def test_a_name_that_is_only_corrected_promises_nothing_new(new: Any) -> None:
    case = new()
    before = case.read("cora").promises

    assert known(case).read("cora").promises == before


def test_who_becomes_known_after_the_handling_began_can_still_be_acknowledged(new: Any, cast: Cast) -> None:
    case = new(complainant_name=None, complainant_contact=None).consult()
    steps.acknowledge_impossible(cast.actor("cora"), case.reference, case.seen, "Alleen een voornaam bekend.")

    known(case).acknowledge("cora", LetterType.ACK_PROMISE, day=5)

    assert case.promises()["HOUSE_WEEK.ACK"] == "kept"


# Measures of a decision that was annulled


def annulled_with_a_measure(new: Any) -> Case:
    """Two measures of which one was done; then the decision was annulled, with a consequence of its own."""
    case: Case = new().in_progress().decide("cora", measures=2).answer("cora")
    steps.measure_done(case.cast.actor("cora"), case.reference, decided_on(case)[0].id, TODAY, "Gedaan.")
    return case.appeal().rule("annulled")


def decided_on(case: Case) -> list[MeasureView]:
    """The measures of decisions, without what a ruling asks."""
    content = case.read().content
    assert content is not None
    return sorted(
        (each for each in content.measures if each.decision_id is not None and each.text != "Excuses."),
        key=lambda each: each.id,
    )


def states(case: Case) -> list[str]:
    """Of what decisions promised; the ruling's own consequence is for today."""
    return [each.state for each in case.read().promises if each.key == "WKO.MEASURE" and each.target_on > TODAY]


def test_what_was_promised_in_a_decision_that_an_appeal_annulled_ends_and_was_not_missed(new: Any, cast: Cast) -> None:
    case = annulled_with_a_measure(new)
    done, lapsed = decided_on(case)

    assert (done.done_on is not None, done.lapsed) == (True, False)
    assert (lapsed.done_on, lapsed.lapsed, lapsed.late) == (None, True, False)
    assert states(case) == ([] if case.profile == "training" else ["kept", "cancelled"])
    with pytest.raises(Refused) as refusal:
        steps.measure_done(cast.actor("cora"), case.reference, lapsed.id, TODAY, "Toch gedaan.")
    assert refusal.value.code in ("measure_lapsed", "no_open_measure")  # where the ruling itself asks nothing


def test_the_new_decision_takes_over_what_it_names_again(new: Any, cast: Cast) -> None:
    case = annulled_with_a_measure(new).assign(handler="hans")
    again = steps.MeasureInput("Maatregel 1", cast["cora"], TODAY + timedelta(days=20))

    steps.decide(cast.actor("hans"), case.reference, case.seen, TODAY, "partly", "Opnieuw bekeken.", (again,))

    _, lapsed, new_one = decided_on(case)
    assert (lapsed.lapsed, new_one.lapsed) == (True, False)
    assert states(case) == ([] if case.profile == "training" else ["kept", "cancelled", "open"])
    with pytest.raises(Refused, match="measure_lapsed"):
        steps.measure_done(cast.actor("cora"), case.reference, lapsed.id, TODAY, "Gedaan.")
    steps.measure_done(cast.actor("cora"), case.reference, new_one.id, TODAY, "Gedaan.")


def test_codes_of_these_events_hold_no_words_of_people(new: Any, cast: Cast) -> None:
    case = new(respondents=(Named(name="De chauffeur"),))
    corrected(case, title="Geheim")
    steps.remove_party(cast.actor("cora"), case.reference, case.seen, case.read().content.people[0].id, "Vergissing.")

    with Session(door.engine()) as session:
        codes = [str(each) for each in session.scalars(select(m.Event.codes))]
    assert not [each for each in codes if "Geheim" in each or "chauffeur" in each]
