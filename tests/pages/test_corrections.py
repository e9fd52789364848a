"""The forms that put a dossier right, on its page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from domain.vocabulary import EventKind, Relation
from domain.workflow import StepName
from services import complaints
from services.complaints import Named
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.pages.test_complaint import RAW_KEY, done, fill, offered, opened, press, step, tab, words


@pytest.fixture
def case(cast: Cast, profile: str) -> Case:
    return Case.registered(profile, cast)


def test_a_correction_starts_from_what_stands_there_and_the_timeline_keeps_it(cast: Cast, case: Case) -> None:
    at = step(opened(cast, "cora", case.reference), StepName.CORRECT)
    assert at.text_input(key="complaint.correct.title").value == "Niemand was op tijd"

    press(at, "complaint.correct.save")
    assert {"Schrijf dit op; het veld is leeg."} & {each.value for each in at.error} or at.error  # the reason is asked
    fill(at, "complaint.correct.title", "De bus kwam te laat")
    fill(at, "complaint.correct.description", "Wij stonden een half uur te wachten.")
    fill(at, "complaint.correct.reason", "Verkeerd verstaan.")
    press(at, "complaint.correct.save")

    assert "De gegevens zijn verbeterd. Wat er stond, staat in de tijdlijn." in words(at)
    tab(at, "Tijdlijn")
    said = words(at)
    assert "Verbeterd: titel, omschrijving" in said
    assert "Titel was: Niemand was op tijd" in said
    assert "De omschrijving zoals die er stond" in said
    assert "Wij stonden een kwartier te wachten en niemand belde." in said
    assert not RAW_KEY.findall(said)


def test_somebody_named_by_mistake_is_taken_back_by_who_steers(cast: Cast, case: Case) -> None:
    complaints.add_party(cast.actor("cora"), case.reference, Relation.RESPONDENT, Named(name="De chauffeur"))

    assert "remove_party" not in offered(opened(cast, "mia", case.reference))
    at = done(opened(cast, "dora", case.reference), StepName.REMOVE_PARTY, reason="Het was de bus.")

    assert "De betrokkene is uit het dossier gehaald." in words(at)
    tab(at, "Tijdlijn")
    assert "De chauffeur" in words(at)
    assert not RAW_KEY.findall(words(at))


def lift(at: AppTest, act: str) -> AppTest:
    (key,) = [str(each.key) for each in at.button if str(each.key).startswith(f"complaint.lift.{act}.")]
    return press(at, key)


def lifting(at: AppTest) -> set[str]:
    return {str(each.key).split(".")[2] for each in at.button if str(each.key).startswith("complaint.lift.")}


PROPOSAL = "Voorstel van Cora Coördinator om Hilde Behandelaar weer toegang te geven; een ander moet dat bevestigen."


def test_who_sees_nothing_of_it_is_let_in_again_by_two(cast: Cast, case: Case) -> None:
    complaints.add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(account_id=cast["hilde"]))

    form = step(opened(cast, "cora", case.reference), StepName.REMOVE_PARTY)
    assert "Dat verandert pas als een ander uw voorstel bevestigt." in words(form)
    fill(form, "complaint.remove_party.reason", "Verkeerde Hilde.")
    mine = press(form, "complaint.remove_party.save")
    assert "Uw voorstel staat bij de betrokkenen. Een ander moet het bevestigen." in words(mine)
    assert PROPOSAL in words(mine)
    assert lifting(mine) == {"withdraw"}

    hers, his = opened(cast, "dora", case.reference), opened(cast, "mia", case.reference)
    assert PROPOSAL in words(his)
    assert lifting(his) == set()  # who may not, reads it
    assert lifting(hers) == {"confirm_now", "withdraw"}
    assert "Verkeerde Hilde." in words(hers)
    lift(hers, "confirm_now")

    assert "De betrokkene is uit het dossier gehaald en kan het weer zien." in words(hers)
    assert PROPOSAL not in words(hers)
    tab(hers, "Tijdlijn")
    assert "Iemand heeft weer toegang" in words(hers)
    assert "Hilde Behandelaar" in words(hers)
    assert not RAW_KEY.findall(words(hers))


def test_a_proposal_is_dropped_by_who_made_it(cast: Cast, case: Case) -> None:
    complaints.add_party(cast.actor("cora"), case.reference, Relation.CONFLICT, Named(account_id=cast["hilde"]))
    at = done(opened(cast, "cora", case.reference), StepName.REMOVE_PARTY, reason="Verkeerde Hilde.")
    hers = opened(cast, "dora", case.reference)

    lift(at, "withdraw")
    lift(hers, "confirm_now")  # on a screen of before

    assert "Het voorstel is vervallen. De betrokkene ziet nog steeds niets van het dossier." in words(at)
    assert EventKind.LIFTED not in case.kinds()
    assert PROPOSAL not in words(opened(cast, "dora", case.reference))


def test_a_dossier_without_anybody_in_it_does_not_speak_of_taking_back(cast: Cast, case: Case) -> None:
    at = opened(cast, "dora", case.reference)

    assert not {"remove_party", "raise_red_flag"} & offered(at)
    assert "Uw procedure kent deze melding niet." not in words(at)
    assert "Er staat niemand als betrokkene in dit dossier." not in words(at)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_a_suspicion_is_raised_and_the_expert_comes_first(cast: Cast, case: Case) -> None:
    at = done(opened(cast, "cora", case.reference), StepName.RAISE_RED_FLAG, known_on=TODAY, reason="De moeder vertelde meer.")

    said = words(at)
    assert "Het vermoeden is gemeld. Leg het overleg met de deskundige vast zodra het is gevoerd." in said
    assert "Er is een vermoeden van mishandeling of zeden. Overleg direct met de deskundige" in said
    assert "Overleg met de aangewezen deskundige" in said
    assert "expert_consulted" in offered(at)
    assert not RAW_KEY.findall(said)


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_who_raises_it_and_may_not_see_it_any_more_reads_that_it_worked(cast: Cast, case: Case) -> None:
    at = done(opened(cast, "mia", case.reference), StepName.RAISE_RED_FLAG, known_on=TODAY, reason="De moeder vertelde meer.")

    assert "Het vermoeden is gemeld." in words(at)
    assert case.reference not in {each.value for each in at.title}
