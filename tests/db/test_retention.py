"""The terms of keeping in a profile: what may stand there, and what is said about the rest."""

from __future__ import annotations

import pytest

from db.profiles import parse, standard_source
from services.profiles import check_profile

TRAINING = standard_source("training")


@pytest.mark.parametrize(
    ("good", "bad", "key"),
    [
        ("regular = 2", "regular = 0", "retention.regular"),
        ("regular = 2", "regular = 31", "retention.regular"),
        ("regular = 2", 'regular = "2"', "retention.regular"),
        ("whistleblower = 2", "whistleblowers = 2", "retention.whistleblowers"),
        ("contact = 1", "contact = 3", "retention.contact"),
        ("reported = [6, 1]", "reported = [13, 1]", "retention.reported[1]"),
        ("TRAINING = 2 #", "TRIANING = 2 #", "retention.procedures.TRIANING"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(good: str, bad: str, key: str) -> None:
    text = TRAINING.replace(good, bad, 1)

    (problem,) = check_profile(text)

    assert problem.key == key
    assert bad.split(" ")[0] in text.splitlines()[problem.line - 1]
    assert problem.sentence


def test_contact_details_stay_no_longer_than_the_shortest_term() -> None:
    (problem,) = check_profile(TRAINING.replace("contact = 1", "contact = 2", 1))

    assert problem.sentence == "De contactgegevens blijven niet langer dan het dossier: hoogstens 1 jaar."


def test_a_procedure_from_before_there_were_terms_keeps_the_usual_ones() -> None:
    start = TRAINING.index("[retention]")
    without = TRAINING[:start] + TRAINING[TRAINING.index("[[escalation]]") :]

    assert parse(without).retention == parse(TRAINING.replace("TRAINING = 2 #", "#")).retention
