"""Another procedure, our own committee, extending under an Act, and what follows after the answer: through the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.errors import Refused
from domain.vocabulary import Channel, EventKind, LetterType, Outcome
from services import clocks, following, letters, steps
from services.parties import Named
from services.steps import MeasureInput
from tests.cases import Case
from tests.conftest import TODAY, Cast

pytestmark = pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
WHY = "Wij wachten op een rapport."


def welfare(cast: Cast, procedure: str | None = None, **changes: Any) -> Case:
    fields = {"unit_id": None, "sector": "welzijn", "category": "Bejegening", "procedure": procedure} | changes
    return Case.registered("kinderopvang-welzijn", cast, **fields)


def targets(case: Case) -> list[tuple[str, date, str]]:
    """Of the main procedure's answer, in the order of their dates."""
    found = (each for each in case.read().promises if each.code.startswith(("RESPONSE", "DSR")) and each.statutory)
    return [(each.key, each.target_on, each.state.value) for each in found]


def refused(act: Callable[[], object]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code, caught.value.field


# Choosing


def test_our_own_committee_has_ten_weeks_under_the_awb(cast: Cast, profile: str) -> None:
    ours, theirs = welfare(cast, "AWB"), welfare(cast, "AWB", by_committee=True)

    assert targets(ours) == [("AWB.RESPONSE", ours.at(42), "open")]
    assert targets(theirs) == [("AWB.RESPONSE_COMMITTEE", theirs.at(70), "open")]
    assert (theirs.row.by_committee, theirs.events()[0].codes["committee"]) == (True, True)


def test_a_committee_is_refused_where_the_procedure_knows_none(cast: Cast, profile: str) -> None:
    assert refused(lambda: welfare(cast, by_committee=True)) == ("no_committee_here", "by_committee")


def test_another_procedure_counts_from_the_receipt_and_says_beforehand_what_moves(cast: Cast, profile: str) -> None:
    case = welfare(cast).in_progress()
    cora = cast.actor("cora")

    beforehand = clocks.procedure_moves(cora, case.reference, "AWB", True)
    moved = clocks.change_procedure(cora, case.reference, case.seen, "AWB", True, "Het gaat om een taak van de gemeente.")

    assert targets(case) == [("AWB.RESPONSE_COMMITTEE", case.at(70), "open")]
    assert moved == tuple(replace(each, label="") for each in beforehand)
    assert all(each.label for each in beforehand)
    assert "AWB.RESPONSE_COMMITTEE" in {each.key for each in moved}
    codes = case.events()[-1].codes
    assert (codes["procedure_before"], codes["procedure"], codes["committee"]) == ("HOUSE_WEEK", "AWB", True)
    assert (case.row.procedure, case.row.overlay) == ("AWB", "HOUSE_WEEK")


def test_what_the_old_procedure_promised_ends_as_corrected_and_can_come_back(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast).in_progress()
    cora = cast.actor("cora")

    clocks.change_procedure(cora, case.reference, case.seen, "WKKGZ", False, "Het is zorg.")
    between = case.promises()
    clocks.change_procedure(cora, case.reference, case.seen, "WKO", False, "Toch niet.")

    assert (between["WKO.RESPONSE"], between["WKKGZ.RESPONSE"]) == ("cancelled", "open")
    after = case.promises()
    assert (after["WKO.RESPONSE"], after["WKKGZ.RESPONSE"]) == ("open", "cancelled")


def test_an_extension_that_does_not_fit_the_new_procedure_moves_nothing_there(cast: Cast, profile: str) -> None:
    case = welfare(cast, "AWB").in_progress()
    letter = case.letter("cora", LetterType.EXTENSION, case.at(3), new_date=case.at(60), reason=WHY)
    steps.extend(cast.actor("hans"), case.reference, case.seen, letter, case.at(60), WHY)

    clocks.change_procedure(cast.actor("cora"), case.reference, case.seen, "WKO", False, "Het is kinderopvang.")

    assert ("WKO.RESPONSE", case.at(42), "open") in targets(case)


# Extending under an Act


def extend(case: Case, until: int, told: dict[str, date | None] | None = None, day: int = 3) -> None:
    new_date = case.at(until)
    letter = case.letter("cora", LetterType.EXTENSION, case.at(day), new_date=new_date, reason=WHY)
    steps.extend(case.cast.actor("hans"), case.reference, case.seen, letter, new_date, WHY, told or {})


def test_an_extension_under_the_awb_says_when_the_respondent_was_told(cast: Cast, profile: str) -> None:
    case = welfare(cast, "AWB", respondents=(Named(name="Piet Puk"),)).in_progress()

    assert refused(lambda: extend(case, 60)) == ("respondent_not_told", "told_respondent")
    assert refused(lambda: extend(case, 60, {"respondent": case.at(9)})) == ("in_the_future", "told_respondent")
    extend(case, 60, {"respondent": case.at(4)})

    assert targets(case) == [("AWB.RESPONSE", case.at(42), "extended_in_time"), ("AWB.RESPONSE", case.at(60), "open")]
    assert case.events()[-1].codes["told_respondent"] == case.at(4).isoformat()


@pytest.mark.parametrize("procedure", ["AWB", "WKO"])
def test_nobody_else_is_asked_for_where_only_the_house_promise_moves(cast: Cast, profile: str, procedure: str) -> None:
    case = welfare(cast, procedure, respondents=(Named(name="Piet Puk"),)).in_progress()

    extend(case, 30)

    assert targets(case)[-1][1:] == (case.at(42), "open")


def test_under_the_youth_act_the_provider_hears_of_it_when_our_committee_handles_it(cast: Cast, profile: str) -> None:
    case = welfare(cast, "JEUGDWET", by_committee=True).in_progress()

    assert refused(lambda: extend(case, 48)) == ("provider_not_told", "told_provider")
    offer = case.read().offer
    assert offer is not None
    assert offer.extend_tells == ("provider",)
    extend(case, 48, {"provider": case.at(3)})

    assert targets(case)[-1] == ("JEUGDWET.RESPONSE", case.at(48), "open")


@pytest.mark.parametrize(
    ("procedure", "article", "further"),
    [("AWB", "Awb art. 9:11 en 9:12", True), ("WKKGZ", "Wkkgz art. 17", False)],
)
def test_the_letter_says_under_which_article_it_is(
    cast: Cast, profile: str, procedure: str, article: str, further: bool
) -> None:
    case = welfare(cast, procedure).in_progress()
    cora = cast.actor("cora")

    def body(until: int) -> str:
        extra = {"new_date": case.at(until), "reason": WHY}
        return letters.compose(cora, case.reference, LetterType.EXTENSION, sent_on=case.at(3), **extra).body

    assert f"Dit is uitstel volgens de wet ({article})." in body(60)
    assert ("alleen als u daar schriftelijk mee instemt" in body(60)) is further
    assert "Wij houden ons aan de wet" not in body(60)
    within = body(30)
    assert "Dit is uitstel volgens de wet" not in within
    assert f"Wij houden ons aan de wet ({article})" in within


def test_a_further_extension_says_that_the_complainant_agreed(cast: Cast, profile: str) -> None:
    case = welfare(cast, "AWB").in_progress()
    extend(case, 60)
    assert refused(lambda: extend(case, 90, day=4))[0] in ("extension_used", "beyond_statutory_maximum")
    clocks.consent(cast.actor("cora"), case.reference, case.seen, case.at(4), Channel.EMAIL, "Akkoord per mail.")

    extra = {"new_date": case.at(90), "reason": WHY}
    body = letters.compose(cast.actor("cora"), case.reference, LetterType.EXTENSION, sent_on=case.at(4), **extra).body
    extend(case, 90, day=4)

    assert "U stemde schriftelijk in met dit uitstel." in body
    assert targets(case)[-1] == ("AWB.RESPONSE", case.at(90), "open")


# After the answer


def test_the_letter_of_our_committee_is_its_judgment_and_our_position_follows_within_a_month(cast: Cast, profile: str) -> None:
    case = welfare(cast, "JEUGDWET", by_committee=True).answered()
    assert case.promises()["JEUGDWET.MEASURES_REPLY"] == "open"
    assert refused(case.close)[0] == "incomplete"

    letter = case.letter("cora", LetterType.RESPONSE, case.at(5), answer="Wij nemen het oordeel over.")
    assert "Wat wij doen met het oordeel van de klachtencommissie" in letter.body
    assert "nemen een besluit" not in letter.body
    following.position(cast.actor("cora"), case.reference, case.seen, letter)
    case.close()

    assert case.promises()["JEUGDWET.MEASURES_REPLY"] == "kept"


def test_our_position_can_come_later_when_complainant_and_committee_hear_of_it(cast: Cast, profile: str) -> None:
    case = welfare(cast, "JEUGDWET", by_committee=True).answered()

    assert refused(lambda: extend(case, 60, day=5)) == ("committee_not_told", "told_committee")
    extend(case, 60, {"committee": case.at(5)}, day=5)

    reply = [(each.target_on, each.state.value) for each in case.read().promises if each.code == "MEASURES_REPLY"]
    assert reply[-1] == (case.at(60), "open")


def test_without_a_committee_no_position_is_asked(cast: Cast, profile: str) -> None:
    assert "JEUGDWET.MEASURES_REPLY" not in welfare(cast, "JEUGDWET").answered().promises()


# A measure


def with_measures(cast: Cast, *due: int) -> Case:
    case = Case.registered("kinderopvang-welzijn", cast).in_progress()
    taken = tuple(MeasureInput(f"Hek {number}", cast["cora"], case.at(number)) for number in due)
    steps.decide(cast.actor("hans"), case.reference, case.seen, case.at(3), Outcome.UPHELD, "Het hek was stuk.", taken)
    return case.answer()


def move(case: Case, number: int, until: int, on: int = 5) -> None:
    content = case.read().content
    assert content is not None
    measure = content.measures[number]
    says = following.new_date_says(measure.text, case.at(until), WHY)
    letter = case.letter("cora", LetterType.PROGRESS, case.at(on), **says)
    following.move_measure(case.cast.actor("cora"), case.reference, case.seen, measure.id, case.at(until), WHY, letter)


def measures(case: Case) -> list[tuple[date, str]]:
    return [(each.target_on, each.state.value) for each in case.read().promises if each.code == "MEASURE"]


def test_a_measure_goes_on_under_its_new_date_and_the_letter_says_so(cast: Cast, profile: str) -> None:
    case = with_measures(cast, 10, 30)

    move(case, 0, 20)

    assert measures(case) == [(case.at(10), "extended_in_time"), (case.at(20), "open"), (case.at(30), "open")]
    first, second, _ = (each for each in case.read().promises if each.code == "MEASURE")
    assert first.successor_id == second.id
    content = case.read().content
    assert content is not None
    assert [each.due_on for each in content.measures] == [case.at(20), case.at(30)]
    assert "De maatregel „Hek 10” is klaar op zondag 6 december 2026." in content.messages[0].body
    assert case.events()[-1].kind == EventKind.MEASURE_MOVED
    assert case.events()[-1].codes["was_due"] == case.at(10).isoformat()


def test_a_measure_that_is_told_too_late_is_extended_late(cast: Cast, profile: str) -> None:
    case = with_measures(cast, 4)

    move(case, 0, 20)

    assert measures(case) == [(case.at(4), "extended_late"), (case.at(20), "open")]


def test_a_measure_can_be_moved_again_and_then_be_done(cast: Cast, profile: str) -> None:
    case = with_measures(cast, 4)
    move(case, 0, 20)
    move(case, 0, 40)

    case.measure_done(day=5)

    assert measures(case) == [(case.at(4), "extended_late"), (case.at(20), "extended_in_time"), (case.at(40), "kept")]


def test_what_was_done_before_it_was_moved_keeps_the_first_date(cast: Cast, profile: str) -> None:
    case = with_measures(cast, 10)
    move(case, 0, 20)

    case.measure_done(day=4)

    assert measures(case) == [(case.at(10), "kept"), (case.at(20), "cancelled")]


def test_a_double_click_moves_a_measure_once(cast: Cast, profile: str) -> None:
    case = with_measures(cast, 10)
    content = case.read().content
    assert content is not None
    measure, until = content.measures[0], case.at(20)
    letter = case.letter("cora", LetterType.PROGRESS, case.at(5), **following.new_date_says(measure.text, until, WHY))
    for _ in range(2):
        following.move_measure(cast.actor("cora"), case.reference, case.seen, measure.id, until, WHY, letter)

    assert case.kinds().count(EventKind.MEASURE_MOVED) == 1


def test_without_an_address_a_measure_moves_without_a_letter(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, complainant_type="anonymous", complainant_name=None, complainant_contact=None)
    case.consult().assign()
    taken = (MeasureInput("Hek", cast["cora"], TODAY),)
    steps.decide(cast.actor("hans"), case.reference, case.seen, case.at(3), Outcome.UPHELD, "Het hek was stuk.", taken)
    steps.close(cast.actor("cora"), case.reference, case.seen, "alternatives_exhausted")
    content = case.read().content
    assert content is not None

    following.move_measure(cast.actor("cora"), case.reference, case.seen, content.measures[0].id, case.at(20), WHY)

    assert measures(case)[-1] == (case.at(20), "open")
