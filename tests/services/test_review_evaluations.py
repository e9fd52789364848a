"""The dismissed evaluation forms in the yearly review: looked at one by one, or put back on the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import Refused
from domain.evaluations import State
from services import evaluations, review_evaluations, review_items, review_minutes, reviews
from services.review_evaluations import Looked
from tests.conftest import TODAY, Cast
from tests.dossiers import On
from tests.evaluating import dismiss, key, row
from tests.services.test_review_minutes import paragraphs


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")


def begin(cast: Cast) -> int:
    return reviews.begin(cast.actor("cora"), str(uuid4()), TODAY - timedelta(days=300), TODAY, [cast["piet"]])


def finalise(cast: Cast, number: int, who: str = "cora") -> None:
    reviews.finalise(cast.actor(who), number, review_items.read(cast.actor(who), number).version)


def looked(cast: Cast, number: int, who: str = "cora") -> Looked:
    return review_evaluations.looked(cast.actor(who), number)


def test_a_review_is_not_finalised_while_a_dismissed_form_was_not_seen(cast: Cast) -> None:
    one, other = key(cast), key(cast, words="Nog een")
    dismiss(cast, one)
    dismiss(cast, other, "Ook niet")
    number = begin(cast)

    with refused("review_forms_unseen") as no:
        finalise(cast, number)
    assert no.value.values == {"count": 2}

    assert review_evaluations.seen(cast.actor("cora"), number, [one, one, 12345]) == 1
    review_evaluations.back(cast.actor("cora"), number, other, row(other).version)
    finalise(cast, number)

    assert (row(one).seen_in, row(one).seen_on, row(other).state) == (number, TODAY, State.CANDIDATE)
    assert looked(cast, number) == Looked(here=True, seen=1, taken_back=1)


def test_it_shows_who_dismissed_it_and_why(cast: Cast) -> None:
    one = key(cast)
    dismiss(cast, one, "Een wens", who="dora")

    (found,) = looked(cast, begin(cast)).rows

    assert (found.id, found.decided_by, found.reason, found.words) == (one, "Dora Directeur", "Een wens", "Dit was niets")


def test_what_was_seen_or_dismissed_later_waits_for_no_review_or_for_the_next(cast: Cast, on: On) -> None:
    one, later = key(cast), key(cast, words="Later")
    dismiss(cast, one)
    number = begin(cast)
    review_evaluations.seen(cast.actor("cora"), number, [one])
    with on(TODAY + timedelta(days=2)):
        dismiss(cast, later)
        assert looked(cast, number).waiting == 0
        finalise(cast, number)
        again = begin(cast)
        assert [each.id for each in looked(cast, again).rows] == [later]


def test_dismissed_again_is_looked_at_again(cast: Cast) -> None:
    one = key(cast)
    dismiss(cast, one)
    number = begin(cast)
    review_evaluations.seen(cast.actor("cora"), number, [one])
    evaluations.take_back(cast.actor("dora"), one, row(one).version)
    dismiss(cast, one, "Toch niet")

    assert looked(cast, number).waiting == 1


def test_afterwards_nothing_changes_in_it(cast: Cast) -> None:
    one = key(cast)
    number = begin(cast)
    finalise(cast, number)
    dismiss(cast, one)

    with refused("review_closed"):
        review_evaluations.seen(cast.actor("cora"), number, [one])
    with refused("review_closed"):
        review_evaluations.back(cast.actor("cora"), number, one, row(one).version)
    with refused("review_unknown"):
        review_evaluations.looked(cast.actor("cora"), 99)


def test_whom_a_form_is_about_finalises_without_it_and_counts_none(cast: Cast) -> None:
    one = key(cast)
    evaluations.about(cast.actor("cora"), one, cast["dora"])
    dismiss(cast, one)
    number = begin(cast)

    assert looked(cast, number, "dora") == Looked(here=True)
    assert review_evaluations.seen(cast.actor("dora"), number, [one]) == 0
    with refused("evaluation_gone"):
        review_evaluations.back(cast.actor("dora"), number, one, row(one).version)
    review_evaluations.seen(cast.actor("cora"), number, [one])
    assert looked(cast, number, "dora").seen == 0
    finalise(cast, number, "dora")


def test_a_partner_sees_none_and_cannot_say_anything_of_them(cast: Cast) -> None:
    one = key(cast)
    dismiss(cast, one)
    number = begin(cast)

    assert looked(cast, number, "piet") == Looked(here=False)
    with refused("not_allowed"):
        review_evaluations.seen(cast.actor("piet"), number, [one])
    with refused("not_allowed"):
        review_evaluations.looked(cast.actor("tom"), number)


def test_the_minutes_say_how_many(cast: Cast) -> None:
    one, other = key(cast), key(cast, words="Nog een")
    for each in (one, other):
        dismiss(cast, each)
    number = begin(cast)
    review_evaluations.seen(cast.actor("cora"), number, [one])
    review_evaluations.back(cast.actor("cora"), number, other, row(other).version)

    said = "\n".join(paragraphs(review_minutes.as_docx(cast.actor("cora"), number)))
    theirs = "\n".join(paragraphs(review_minutes.as_docx(cast.actor("piet"), number)))

    assert "Afgewezen evaluatieformulieren, gezien" in said
    assert "Afgewezen evaluatieformulieren, opnieuw te beoordelen" in said
    assert "evaluatieformulieren" not in theirs
