"""Searching: what is found, in which words, and by whom; the same on both databases."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from db import search as index
from domain.errors import Refused
from domain.vocabulary import Compartment, EventKind
from services import attachments, hearing, search, steps
from services.parties import Named
from tests.cases import Case
from tests.conftest import CAST, TODAY, Cast
from tests.dossiers import hand_over
from tests.fill import make_complaint
from tests.services.test_board import counted

TEXT = (
    "De klachten over de kinderopvang: om 07:30 was het te koud in café De Crèche. Bel 06-12345678 of 010 000 00 00, "
    "mail naar karel.jansen@voorbeeld.invalid. Op 12-11-2026 (K25-AB3DE) zei “O'Neill” niets; İbrahim wel. שלום 😀 100% _x_"
)
THERE = (
    "klacht", "klachten", "KLACHT", "kinderopvang", "kinderop*", "kinderopvang*", "cafe", "café", "CAFÉ", "creche",
    "07:30", "06-12345678", "12345678", "010 000 00 00", "karel.jansen@voorbeeld.invalid", "jansen", "12-11-2026",
    "K25-AB3DE", "k26-there", '"te koud"', '"TE KOUD in"', '"te ko"*', "koud -warm", 'koud -"koud te"', "ibrahim", "İBRAHİM",
    "o'neill", "neill", "שלום", "100%", "100", "x", "zaal koud", "de koud", "de", "niets koud", "zalen", "mailen koud",
)  # fmt: skip
NOT_THERE = (
    "warm", '"koud te"', "koud -klachten", 'koud -"te koud"', "koud -kinderop*", "kinderopa*", "07:31", "te-warm",
    "koud bericht", "inderopvang", "AND", "koud AND zaal", '"zaal de"',
)  # fmt: skip
ODD = [
    "AND", "OR", "NOT", "NEAR(a b, 5)", "koud*", "*", "**", '"', '""', '"""', "^koud", "words:koud", "words : koud", "koud:*",
    "koud & zaal", "koud | zaal", "!koud", "koud <-> zaal", "koud <2> zaal", "'", "''", "\\", "';--", "' OR 1=1 --",
    "x'; DROP TABLE complaint; --", "{koud}", "(koud", "koud)", "+koud", "-", "--koud", "- koud", "😀", "👨\u200d👩", "%", "_",
    "\u202ekoud", "ı", "İ", "ß", "\ufb01", "½", "a" * 200, "é" * 200, "\ufdfa" * 100, "\t", "1" * 100, "koud\u200d", "null",
    "0", "-1", "$$", "\\'", "?", ":koud",
]  # fmt: skip
READERS = [name for name in CAST if name != "adam"]


def found(cast: Cast, who: str, question: str) -> set[str]:
    return {row.reference for row in search.find(cast.actor(who), question).rows}


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session, session.begin():
        yield session


@pytest.fixture
def one(engine: Engine, cast: Cast) -> str:
    with writing(engine) as session:
        make_complaint(session, cast, reference="K26-OTHER", title="Iets anders", description="Een bericht van niets.")
        return make_complaint(session, cast, reference="K26-THERE", title="De zaal", description=TEXT).reference


def test_it_is_found_however_it_is_typed(cast: Cast, one: str) -> None:
    for question in THERE:
        for form in ("NFC", "NFD"):
            assert one in found(cast, "cora", unicodedata.normalize(form, question)), question


def test_something_else_is_not(cast: Cast, one: str) -> None:
    assert {question: found(cast, "cora", question) for question in NOT_THERE} == {question: set() for question in NOT_THERE}


def refusal_of(cast: Cast, question: str) -> str | None:
    try:
        search.find(cast.actor("cora"), question)
    except Refused as refusal:
        return refusal.code
    return None


def test_whatever_is_typed_is_no_error(cast: Cast, one: str) -> None:
    codes = {code for question in ODD if (code := refusal_of(cast, question))}

    assert codes == {"search_no_word", "search_only_without"}


def test_what_cannot_be_looked_for_is_refused_by_name(cast: Cast) -> None:
    many = " ".join(f"w{number}" for number in range(13))
    refused = {"": "search_no_word", "...": "search_no_word", "-koud": "search_only_without", many: "search_too_many"}
    refused |= {"a\x00b": "text_unreadable", "\ud800": "text_unreadable", "x" * 201: "text_too_long"}
    refused |= {"x" * 10_000: "text_too_long"}
    for question, code in refused.items():
        with pytest.raises(Refused) as refusal:
            search.find(cast.actor("cora"), question)
        assert (refusal.value.code, refusal.value.field) == (code, "question")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(min_size=1, max_size=60))
def test_nothing_that_can_be_typed_is_an_error(cast: Cast, question: str) -> None:
    assert refusal_of(cast, question) in {None, "search_no_word", "search_only_without", "search_too_many", "text_unreadable"}


def test_a_long_text_is_found_to_its_last_word(engine: Engine, cast: Cast) -> None:
    with writing(engine) as session:
        text = " ".join(f"w{number}" for number in range(2_500)) + " einde " + "y" * 1_000
        make_complaint(session, cast, reference="K26-LONGX", description=text)

    assert found(cast, "cora", "einde") == found(cast, "cora", '"w2499 einde"') == {"K26-LONGX"}
    assert found(cast, "cora", "y" * 200) == {"K26-LONGX"}


# Of which place, and in which words


def test_every_place_of_a_dossier_is_found_and_named(cast: Cast) -> None:
    case = Case.registered("training", cast, immediate_actions="Kachel gehuurd.", title="Vergaderzaal").in_progress()
    cora = cast.actor("cora")
    steps.log(cast.actor("hans"), case.reference, EventKind.NOTE, TODAY, "De monteur had griep.")
    attachments.add(cora, case.reference, [("offerte-loodgieter.txt", b"hallo")])

    def place(question: str) -> tuple[str, str | None, str]:
        (row,) = search.find(cora, question).rows
        return row.source, row.kind, "".join(said for said, mark in row.parts if mark)

    assert place("vergaderzalen") == ("summary", None, "Vergaderzaal")
    assert place(case.reference) == ("summary", None, case.reference)
    assert place("kachels") == ("complaint", None, "Kachel")
    assert place("vries") == ("complainant", None, "Vries")
    assert place("monteurs") == ("event", "note", "monteur")
    assert place("loodgieter") == ("attachment", None, "loodgieter")
    assert search.find(cora, "monteur").rows[0].day == TODAY


def test_every_word_may_stand_in_another_place_and_a_word_without_in_none(cast: Cast) -> None:
    case = Case.registered("training", cast, title="Vergaderzaal").in_progress()
    steps.log(cast.actor("hans"), case.reference, EventKind.NOTE, TODAY, "De monteur had griep.")

    assert found(cast, "cora", "monteur vergaderzaal") == {case.reference}
    assert found(cast, "cora", "vergaderzaal -monteur") == set()
    assert found(cast, "cora", "vergaderzaal -loodgieter") == {case.reference}


def test_results_come_in_pages_received_last_first(engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE_SIZE", 2)
    with writing(engine) as session:
        for day in (3, 1, 5, 2, 4):
            make_complaint(session, cast, reference=f"K26-DAY{day}", received_on=TODAY.replace(day=day), title="Zelfde woord")

    pages = [search.find(cast.actor("cora"), "zelfde", page) for page in (1, 2, 3, 99)]

    assert [[row.reference[-1] for row in each.rows] for each in pages] == [["5", "4"], ["3", "2"], ["1"], ["5", "4"]]
    assert {(each.total, each.pages) for each in pages} == {(5, 3)}
    assert [each.page for each in pages] == [1, 2, 3, 1]


def test_a_word_that_stands_everywhere_is_found_as_any_other(
    engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another way through the register finds the same: first with every word rare, then with every word common."""
    with writing(engine) as session:
        for day in (3, 1, 5, 2, 4):
            text = f"Zelfde woord, dag{day} te koud"
            make_complaint(session, cast, reference=f"K26-DAY{day}", received_on=TODAY.replace(day=day), description=text)
        make_complaint(session, cast, reference="K26-WARM9", description="Zelfde woord, te warm", title="koud")
    questions = (
        "zelfde",
        "woord koud",
        '"te koud"',
        "dag*",
        "zelfde -dag3",
        "dag1",
        "zelfde -koud",
        "nergens",
        "woord -nergens",
    )

    rare = [search.find(cast.actor(who), each) for each in questions for who in ("cora", "piet")]
    monkeypatch.setattr(search, "COMMON", 1)

    assert [search.find(cast.actor(who), each) for each in questions for who in ("cora", "piet")] == rare
    assert any(each.rows for each in rare)


def test_no_more_are_counted_than_anybody_would_look_at(engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 4)
    monkeypatch.setattr(search, "PAGE_SIZE", 2)
    with writing(engine) as session:
        for number in range(4):
            make_complaint(session, cast, title=f"Zelfde {number}")
        make_complaint(session, cast, title="Zelfde", red_flag=True)

    shown, hers = search.find(cast.actor("cora"), "zelfde"), search.find(cast.actor("tom"), "zelfde")

    assert (shown.total, shown.pages, shown.more) == (4, 2, True)
    assert (hers.total, hers.pages, hers.more) == (4, 2, False), "the one that is hidden does not count"


def test_no_more_rows_are_fetched_than_are_shown(engine: Engine, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: a count, a page, and one statement for each kind of place on the page."""
    monkeypatch.setattr(search, "PAGE_SIZE", 3)
    with writing(engine) as session:
        for number in range(12):
            make_complaint(session, cast, reference=f"K26-ROW{number:02}", description="Overal staat dit woord in.")
    search.find(cast.actor("cora"), "overal")

    with counted(engine) as statements:
        shown = search.find(cast.actor("cora"), "overal staat woord")

    assert len(shown.rows) == 3
    about = [each for each in statements if "access_log" not in each]
    assert len(about) <= 4
    assert all("LIMIT" in each or " IN (" in each for each in about)


# Kept up to date


def test_what_is_changed_is_found_in_its_new_words_only(engine: Engine, cast: Cast, one: str) -> None:
    with writing(engine) as session:
        row = session.scalars(select(m.Complaint).where(m.Complaint.reference == one)).one()
        row.description = "Het was er juist benauwd."

    assert found(cast, "cora", "benauwd") == {one}
    assert found(cast, "cora", "kinderopvang") == set()
    assert found(cast, "cora", "zaal") == {one}


def test_what_was_not_committed_is_not_found(engine: Engine, cast: Cast, one: str) -> None:
    with Session(engine) as session:
        session.scalars(select(m.Complaint).where(m.Complaint.reference == one)).one().description = "Benauwd."
        session.flush()
        session.rollback()

    assert found(cast, "cora", "benauwd") == set()
    assert found(cast, "cora", "kinderopvang") == {one}


def test_a_rebuilt_index_is_the_same(engine: Engine, cast: Cast) -> None:
    Case.registered("training", cast, immediate_actions="Gebeld.").decided(measures=1).measure_done().answer().ask()
    appealed = Case.registered("training", cast).in_appeal()
    hearing.note(cast.actor("vera"), appealed.reference, str(uuid4()), "Een eigen notitie.")

    def everything() -> list[tuple[object, ...]]:
        p = m.SearchText
        with engine.connect() as connection:
            rows = connection.execute(select(p.complaint_id, p.source, p.source_id, p.words, p.stems))
            return sorted(tuple(row) for row in rows)

    before = everything()
    with engine.begin() as connection:
        made = index.rebuild(connection)

    assert everything() == before
    assert made == len(before) > 20
    assert found(cast, "cora", "kwartier")


# Who finds what


def test_one_finds_what_one_may_read_and_nothing_else(cast: Cast) -> None:
    case = Case.registered("training", cast, title="Vergaderzaal", description="Het plafond lekte.").in_progress()
    steps.log(cast.actor("hans"), case.reference, EventKind.NOTE, TODAY, "De monteur had griep.")

    def who(question: str) -> set[str]:
        return {name for name in READERS if found(cast, name, question)}

    assert who("vergaderzaal") == {"tom", "hans", "cora", "mia", "piet", "petra", "dora"}
    assert who("plafond") == {"tom", "hans", "cora", "mia", "dora"}
    assert who("monteur") == who("vries") == {"hans", "cora", "mia", "dora"}


def test_the_administrator_searches_nothing(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        search.find(cast.actor("adam"), "koud")

    assert refusal.value.code == "not_allowed"


def test_who_it_is_about_finds_no_trace(cast: Cast) -> None:
    about = (Named(account_id=cast["hans"]), Named(account_id=cast["mia"]))
    hidden = Case.registered("training", cast, by="rosa", respondents=about, title="Geheimzaak", unit_id=cast.units["noord"])
    open_one = Case.registered("training", cast, title="Open zaak").in_progress()

    assert found(cast, "cora", "geheimzaak") == {hidden.reference}
    for who in ("hans", "mia"):
        for question in ("geheimzaak", hidden.reference, "kwartier -geheimzaak"):
            assert hidden.reference not in found(cast, who, question)
        shown = search.find(cast.actor(who), "kwartier")
        assert (shown.total, [row.reference for row in shown.rows]) == (1, [open_one.reference])
        assert search.find(cast.actor(who), "geheimzaak") == search.find(cast.actor(who), "bestaatniet")


def test_a_word_that_one_may_not_read_keeps_nothing_out_of_what_is_found(cast: Cast) -> None:
    case = Case.registered("training", cast, title="Vergaderzaal").in_progress()
    steps.log(cast.actor("hans"), case.reference, EventKind.NOTE, TODAY, "De monteur had griep.")

    assert found(cast, "tom", "vergaderzaal -monteur") == found(cast, "piet", "vergaderzaal -monteur") == {case.reference}
    assert found(cast, "hans", "vergaderzaal -monteur") == set()
    assert found(cast, "tom", "vergaderzaal monteur") == set()


def test_two_sides_of_an_appeal_do_not_find_each_others_words(cast: Cast) -> None:
    case = Case.registered("training", cast).in_appeal()
    hearing.note(cast.actor("vera"), case.reference, str(uuid4()), "Zij noemde een uurwerk.")
    steps.log(cast.actor("cora"), case.reference, EventKind.NOTE, TODAY, "Er kwam een sleutelbos terug.")

    assert found(cast, "vera", "uurwerk") == found(cast, "cora", "sleutelbos") == {case.reference}
    assert found(cast, "cora", "uurwerk") == found(cast, "hans", "uurwerk") == found(cast, "dora", "uurwerk") == set()
    assert found(cast, "vera", "sleutelbos") == found(cast, "suze", "uurwerk") == set()
    assert search.find(cast.actor("vera"), "uurwerk").rows[0].heard


def test_a_reviewer_finds_the_words_as_they_stood(engine: Engine, cast: Cast) -> None:
    case = Case.registered("training", cast, title="Vergaderzaal").in_appeal()
    number = case.row.id
    with writing(engine) as session:
        row = session.get_one(m.Complaint, number)
        row.title, row.description = "Kantoortuin", "Het plafond lekte."

    assert found(cast, "vera", "vergaderzaal kwartier") == {case.reference}
    assert found(cast, "vera", "kantoortuin") == found(cast, "vera", "plafond") == set()
    assert search.find(cast.actor("vera"), "vergaderzaal").rows[0].title == "Vergaderzaal"
    assert found(cast, "cora", "kantoortuin plafond") == {case.reference}
    assert found(cast, "cora", "vergaderzaal") == set()


def test_a_closed_compartment_is_found_by_its_keeper_alone(cast: Cast) -> None:
    closed = hand_over(cast, Compartment.UNWANTED_BEHAVIOUR, text="Een handtastelijkheid in de gang.")

    assert {who for who in READERS if found(cast, who, "gang")} == {"vera"}
    assert search.find(cast.actor("vera"), "gang").rows[0].reference == closed


def test_a_file_that_was_removed_is_not_found(cast: Cast) -> None:
    case = Case.registered("training", cast)
    (token,) = attachments.add(cast.actor("cora"), case.reference, [("offerte-loodgieter.txt", b"hallo")])
    attachments.remove(cast.actor("cora"), token, "Verkeerd dossier.")

    assert {row.source for row in search.find(cast.actor("cora"), "loodgieter").rows} == {"event"}, "that it was there"


def test_a_search_that_shows_what_stands_in_a_dossier_is_kept_as_reading(engine: Engine, cast: Cast) -> None:
    case = Case.registered("training", cast, title="Vergaderzaal")
    for question in ("vergaderzaal", "kwartier", "kwartier"):
        search.find(cast.actor("dora"), question)

    number = case.row.id
    with Session(engine) as session:
        kept = list(session.execute(select(m.AccessLog.complaint_id, m.AccessLog.account_id, m.AccessLog.what)))
    assert [tuple(each) for each in kept] == [(number, cast["dora"], "found")]
