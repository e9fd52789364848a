"""Why a promise has its dates, for who may open the dossier."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import Refused
from domain.explain import Part
from domain.vocabulary import PauseReason
from services import accounts, clocks, explanations
from services.explanations import Explained
from services.promises import PromiseView
from tests.cases import Case
from tests.conftest import Cast
from tests.dossiers import On, answered, appealed

CHILDCARE = "kinderopvang-welzijn"


def why(case: Case, key: str, who: str = "cora") -> Explained:
    return explanations.explain(case.cast.actor(who), case.reference, view(case, key, who).id)


def view(case: Case, key: str, who: str = "cora") -> PromiseView:
    return [each for each in case.read(who).promises if each.key == key][-1]


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_the_statutory_date_as_a_sentence_for_a_letter(cast: Cast, profile: str) -> None:
    case = Case.registered(profile, cast, received_on=date(2026, 3, 24))

    said = why(case, "WKO.RESPONSE")

    assert said.letter == (
        "De klacht kwam binnen op dinsdag 24 maart 2026. De wet geeft zes weken: tot en met dinsdag 5 mei 2026. "
        "Dat is een feestdag (Bevrijdingsdag), daarom is de laatste dag woensdag 6 mei 2026 (Algemene termijnenwet art. 1)."
    )
    assert "1.57b" in said.source
    assert said.version.startswith("Kinderopvang")
    assert "versie 1, bijgewerkt op" in said.version
    assert said.proven


def test_every_promise_on_the_way_is_explained_and_proven(cast: Cast) -> None:
    case = Case.registered("training", cast).consult().acknowledge().assign()
    why_paused = PauseReason.WAITING_COMPLAINANT
    clocks.pause(cast.actor("hans"), case.reference, case.seen, why_paused, case.at(2), case.at(3), "Wij wachten.")
    case.extend().decide().answer()

    found = [explanations.explain(cast.actor("cora"), case.reference, each.id) for each in case.read().promises]

    assert all(each.proven for each in found)
    said = {each.label: each for each in found}
    assert "De termijn is stilgezet" in said["Reactie naar de klant"].letter
    assert "De nieuwe datum is" in said["Reactie naar de klant"].steps[-1]
    assert said["Antwoord verwacht op"].steps[-1].endswith("Dat was op tijd.")


def test_who_sees_the_dates_may_ask_why_and_hears_nothing_of_the_file(cast: Cast) -> None:
    case = Case.registered("training", cast).consult().acknowledge().assign()
    clocks.pause(
        cast.actor("hans"), case.reference, case.seen, PauseReason.AGREED, case.at(2), case.at(3), "Zij ligt in het ziekenhuis."
    )
    case.extend(reason="De getuige is met verlof.")

    for who in ("tom", "piet", "mia"):
        promises = case.read(who).promises
        assert promises
        for each in promises:
            said = explanations.explain(cast.actor(who), case.reference, each.id)
            assert said == explanations.explain(cast.actor("cora"), case.reference, each.id)
            assert not [word for word in ("ziekenhuis", "getuige", "Karel") if word in f"{said}"]


def test_who_may_not_open_the_dossier_gets_no_explanation(cast: Cast) -> None:
    case = Case.registered("training", cast)
    promise = view(case, "HOUSE_WEEK.ACK")

    for who in ("rosa", "hans", "adam", "vera", "wim"):
        with pytest.raises(Refused) as refused:
            explanations.explain(cast.actor(who), case.reference, promise.id)
        assert refused.value.code in ("not_found", "not_allowed")


def test_a_promise_of_another_dossier_is_not_found(cast: Cast) -> None:
    one, other = Case.registered("training", cast), Case.registered("training", cast)

    with pytest.raises(Refused, match="not_found"):
        explanations.explain(cast.actor("cora"), one.reference, view(other, "HOUSE_WEEK.ACK").id)


def test_a_reviewer_reads_the_dates_as_they_stood_and_those_of_her_appeal(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    case = Case(cast, "training", reference, date(2026, 9, 7))
    promises = case.read("vera").promises

    before = {each.key: explanations.explain(cast.actor("vera"), reference, each.id) for each in promises}

    assert {"HOUSE_WEEK.RESPONSE", "HOUSE_WEEK.APPEAL_RULING"} <= set(before)
    assert all(each.proven for each in before.values())
    assert before["HOUSE_WEEK.APPEAL_RULING"].days[-1].on == view(case, "HOUSE_WEEK.APPEAL_RULING").target_on


def test_a_reviewer_does_not_read_what_changed_after_the_appeal(cast: Cast, on: On) -> None:
    reference = appealed(cast, on)
    case = Case(cast, "training", reference, date(2026, 9, 7))
    was = why(case, "HOUSE_WEEK.RESPONSE", "vera")
    cora = cast.actor("cora")
    clocks.correct_receipt(cora, reference, case.seen, case.row.received_on.replace(day=3), "Stond in de mailbox.")

    hers, theirs = why(case, "HOUSE_WEEK.RESPONSE", "vera"), why(case, "HOUSE_WEEK.RESPONSE", "cora")

    assert hers == was
    assert theirs.days[0].on == date(2026, 9, 3)


def test_in_english_for_who_reads_english(cast: Cast) -> None:
    case = Case.registered("training", cast)
    accounts.choose_language(cast.actor("cora"), "en")

    said = why(case, "HOUSE_WEEK.ACK")

    assert said.letter.startswith("The complaint was received on Monday")
    assert [each.part for each in said.days] == [Part.ZERO, Part.COUNTED, Part.TARGET]


def test_an_answered_dossier_still_explains_itself(cast: Cast, on: On) -> None:
    reference = answered(cast, on)
    case = Case(cast, "training", reference, date(2026, 9, 7))

    assert why(case, "HOUSE_WEEK.RESPONSE").steps[-1].startswith("Het oordeel is verstuurd op")
