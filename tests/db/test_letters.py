from __future__ import annotations

import pytest

from db.letters import FOLDER, LettersInvalid, letters_of, parse
from db.profiles import standard_keys
from domain.letters import places
from domain.vocabulary import LetterType, Recipient

PROFILES = ("training", "kinderopvang-welzijn")
BASE = (FOLDER / "base.toml").read_text()

COMMON = {"organisation", "reference", "letter_date", "received_on", "contact_name", "contact_phone", "privacy_url"}
# domain.md 5.7: what a letter must say besides what is common to all.
REQUIRED = {
    LetterType.ACK_ACTION: {"summary", "action", "action_by", "action_on", "react_by"},
    LetterType.ACK_PROMISE: {"summary", "promised_on", "handler"},
    LetterType.EXTENSION: {"summary", "reason", "new_date", "meanwhile"},
    LetterType.PROGRESS: {"summary", "progress", "next_step", "next_on"},
    LetterType.RESPONSE: {"summary", "answer", "react_by"},
    LetterType.DECISION: {"summary", "outcome", "reasons", "measures"},
    LetterType.REFERRAL: {"summary", "body_name", "body_does", "react_by"},
    LetterType.WITHDRAWAL: {"summary", "withdrawn_on", "react_by"},
    LetterType.NOT_HANDLED: {"summary", "ground", "reasons", "react_by"},
    LetterType.RESPONDENT_NOTICE: {"respondent", "gist", "react_by"},
    LetterType.APPEAL_RECEIVED: {"summary", "appeal_on", "reviewer", "ruling_on"},
    LetterType.APPEAL_RULING: {"summary", "appeal_on", "ruling", "reasons", "binding", "react_by"},
    LetterType.APPEAL_RULING_NOTICE: {"appeal_on", "ruling", "reasons", "binding", "react_by"},
    LetterType.CLOSING: {"summary", "result", "react_by"},
}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", list(LetterType))
def test_every_letter_requires_what_it_must_say(profile: str, kind: LetterType) -> None:
    letter = letters_of(profile).letters[kind]

    assert set(letter.requires) == COMMON | REQUIRED[kind]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", list(LetterType))
def test_every_letter_to_the_complainant_names_the_outside_bodies(profile: str, kind: LetterType) -> None:
    letter = letters_of(profile).letters[kind]

    if letter.recipient is Recipient.COMPLAINANT:
        assert letter.requires_when["bodies"] == ("bodies",)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_decision_says_where_how_and_until_when_one_can_appeal(profile: str) -> None:
    letter = letters_of(profile).letters[LetterType.DECISION]

    assert set(letter.requires_when["appeal"]) == {"appeal_until", "confidant_name", "confidant_reach"}
    assert letter.requires_when["committee"] == ("committee_until",)


@pytest.mark.parametrize("profile", PROFILES)
def test_an_acknowledgement_is_an_action_or_a_promise_never_both(profile: str) -> None:
    letters = letters_of(profile)

    def said(kind: LetterType) -> set[str]:
        form = letters.letters[kind]
        everything = {name: True for paragraph in form.paragraphs for name in (paragraph.when, paragraph.unless) if name}
        return set().union(*(places(words) for words, _ in letters.paragraphs(form, everything)))

    assert "promised_on" not in said(LetterType.ACK_ACTION)
    assert not {"action", "action_by", "action_on"} & said(LetterType.ACK_PROMISE)


def test_every_profile_has_letters() -> None:
    assert set(standard_keys()) == set(PROFILES)


@pytest.mark.parametrize("name", ["base", "unknown", "../training", ""])
def test_another_name_is_no_profile(name: str) -> None:
    with pytest.raises(KeyError):
        letters_of(name)


FAULTS = {
    "a place that nobody fills": ('[shared]\nquestions = "Bel {nobody}."', "unknown: nobody"),
    "a letter without paragraphs": ("[letters.closing]\nparagraphs = []", "at least 1 item"),
    "a wrong kind of paragraph": ('[letters.closing]\nparagraphs = [{ text = "a", heading = "b" }]', "exactly one of"),
    "an unknown shared paragraph": ('[letters.closing]\nparagraphs = [{ use = "nothing" }]', "unknown: nothing"),
    "a requirement that is not printed": ('[letters.closing]\nrequires = ["promised_on"]', "not printed: promised_on"),
    "a question that does not exist": ('[letters.closing]\nasks = ["colour"]', "unknown: colour"),
    "an unknown key": ("[letters.closing]\ncolour = 1", "colour"),
    "an unknown letter": ('[letters.farewell]\nsubject = "x"', "farewell"),
    "a condition that does not exist": ('[letters.closing]\nparagraphs = [{ text = "a", when = "rain" }]', "unknown: rain"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_line(fault: str) -> None:
    own, words = FAULTS[fault]

    with pytest.raises(LettersInvalid) as refused:
        parse(BASE, own)

    assert "own:" in str(refused.value)
    assert words in str(refused.value)


def test_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(LettersInvalid):
        parse(BASE, "[letters")


def test_a_letter_that_is_left_out_is_missed() -> None:
    with pytest.raises(LettersInvalid, match="missing: closing"):
        parse(BASE[: BASE.index("[letters.closing]")])


def test_an_own_paragraph_replaces_only_that_one() -> None:
    own = parse(BASE, '[shared]\nprivacy = "Zie {privacy_url}"')

    assert own.shared["privacy"] == "Zie {privacy_url}"
    assert own.shared["questions"] == parse(BASE).shared["questions"]
