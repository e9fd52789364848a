"""Adopting and reading profiles; what is wrong with one is named by line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import models as m
from db.profiles import ProfileInvalid, standard_source
from db.settings import write_settings
from domain.errors import Refused
from domain.rights import Right
from services import profiles
from services.door import SystemActor, work
from services.profiles import adopt_into, check_profile
from services.promises import label
from tests.conftest import Cast
from tests.fill import make_complaint

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
EVERYTHING = SystemActor("test", frozenset(Right))
TRAINING = standard_source("training")


def line_of(text: str, wanted: str, after: str = "") -> int:
    """The first line that holds `wanted`, at or below the first one that holds `after`."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if after in line)
    return next(number for number, line in enumerate(lines[start:], start + 1) if wanted in line)


# Adopting


def test_adopting_again_without_a_change_makes_no_new_version(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        first = adopt_into(session, "training", on=date(2022, 3, 29), now=NOW)
        second = adopt_into(session, "training", on=date(2026, 1, 1), now=NOW)

        assert first.id == second.id
        assert session.scalar(select(func.count(m.ProfileVersion.id))) == 1


def test_a_changed_text_becomes_the_next_version_and_the_old_one_stays(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        old = session.scalars(select(m.ProfileVersion)).one()
        old.source = old.source.replace("amount = 2", "amount = 3")  # as if it had been adopted before the file changed
        session.flush()

        new = adopt_into(session, "training", on=date(2026, 6, 1), now=NOW)

        assert (new.version, new.valid_from) == (2, date(2026, 6, 1))
        assert "amount = 3" in old.source


def test_an_unknown_profile_is_refused(engine: Engine) -> None:
    with Session(engine) as session, pytest.raises(KeyError):
        adopt_into(session, "../training", on=date(2026, 1, 1), now=NOW)


def test_adopting_fills_the_closed_days_once(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        adopt_into(session, "training", on=date(2026, 1, 1), now=NOW)
        days = session.execute(select(m.ClosedDay.day, m.ClosedDay.kind)).all()

    assert len(days) == len(set(days))
    assert (date(2026, 5, 5), "statutory") in days
    assert (date(2026, 5, 15), "decree") in days
    assert {day.year for day, _ in days} == set(range(2020, 2036))


# Which version


def test_a_dossier_keeps_the_version_it_started_under(cast: Cast, engine: Engine) -> None:
    with work(EVERYTHING, Right.LOG) as w:
        complaint = make_complaint(w.session, cast)
        old = profiles.profile_of(w, complaint)
        version = w.session.scalars(select(m.ProfileVersion)).one()
        w.session.add(
            m.ProfileVersion(
                profile="training",
                version=2,
                valid_from=date(2026, 11, 1),
                source=version.source.replace('name = "Trainingsbureau"', 'name = "Nieuw"'),
                created_at=NOW,
            )
        )
        w.session.flush()

        assert profiles.profile_of(w, complaint) == old
        assert profiles.current(w).name == "Nieuw"
        assert profiles.in_force(w, date(2026, 10, 31))[1].name == "Trainingsbureau"
        assert profiles.in_force(w, date(2026, 11, 1))[1].name == "Nieuw"


def test_what_came_in_before_the_first_version_gets_the_first(cast: Cast) -> None:
    with work(EVERYTHING, Right.LOG) as w:
        assert profiles.in_force(w, date(2019, 1, 1))[1].key == "training"


def test_a_version_that_begins_tomorrow_is_not_in_force_today(
    cast: Cast, on: Callable[[date], AbstractContextManager[None]]
) -> None:
    with work(EVERYTHING, Right.LOG) as w:
        version = w.session.scalars(select(m.ProfileVersion)).one()
        source = version.source.replace('name = "Trainingsbureau"', 'name = "Morgen"')
        w.session.add(
            m.ProfileVersion(profile="training", version=2, valid_from=date(2026, 11, 22), source=source, created_at=NOW)
        )

    names = {}
    for today in (date(2026, 11, 21), date(2026, 11, 22)):
        with on(today):
            names[today.day] = profiles.vocabulary(cast.actor("tom")).name

    assert names == {21: "Trainingsbureau", 22: "Morgen"}


def test_an_empty_register_has_no_profile(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        write_settings(session, {"profile": ""})

    with work(EVERYTHING, Right.LOG) as w, pytest.raises(Refused, match="no_profile"):
        profiles.current(w)


def test_a_closing_day_of_the_organisation_moves_warnings_and_stops_no_promise(cast: Cast) -> None:
    with work(EVERYTHING, Right.LOG) as w:
        w.session.add(
            m.ClosedDay(day=date(2026, 8, 10), kind="organisation", name="Zomersluiting", source="eigen", added_at=w.now)
        )
        w.session.flush()

        days = profiles.calendar(w)

        assert days.is_working_day(date(2026, 8, 10))
        assert not days.is_working_day(date(2026, 5, 15))
        assert profiles.calendar(w) is days
        assert not profiles.warning_calendar(w).is_working_day(date(2026, 8, 10))
        assert not profiles.warning_calendar(w).is_working_day(date(2026, 5, 15))


# Both profiles, one suite


@pytest.mark.parametrize("profile", ["training", "kinderopvang-welzijn"])
class TestEveryProfile:
    def test_it_has_no_problems(self, profile: str) -> None:
        assert check_profile(standard_source(profile)) == []

    def test_everyone_may_read_its_words(self, profile: str, cast: Cast) -> None:
        words = profiles.vocabulary(cast.actor("tom"))

        assert is_dataclass(words)
        assert words.key == profile
        assert all(getattr(words, each.name) is not None for each in fields(words))

    def test_it_names_no_person_and_no_telephone(self, profile: str) -> None:
        source = standard_source(profile).casefold()

        assert not [word for word in ("puur perfectionisme", "impuls", "06-", "06 ", "@") if word in source]

    def test_each_sector_has_a_road(self, cast: Cast) -> None:
        words = profiles.vocabulary(cast.actor("tom"))

        for sector in words.sectors:
            assert words.procedure_label(sector.procedure) != sector.procedure
            assert words.categories_for(sector.key)
            assert "other" in {body.key for body in words.bodies_for(sector.key)}

    def test_both_closed_compartments_have_their_category(self, cast: Cast) -> None:
        words = profiles.vocabulary(cast.actor("tom"))

        treatments = {each.treatment for each in words.restricted}

        assert {"unwanted_behaviour", "whistleblower"} <= treatments
        assert ("red_flag" in treatments) is words.red_flag_question

    def test_the_house_week_runs_completely(self, profile: str) -> None:
        codes = {rule.code for rule in profiles.standard(profile).terms if rule.procedure == "HOUSE_WEEK"}

        assert codes == {
            *("ACK", "CONSULT", "DECIDE_OR_CONTACT", "RESPONSE", "PROMISED_RESPONSE", "EXPECTED_ANSWER"),
            *("APPEAL_LODGE", "APPEAL_ACK", "APPEAL_RULING", "ANNUAL_REVIEW"),
        }

    def test_every_promise_has_an_english_label_and_the_dutch_one_of_the_profile(self, profile: str) -> None:
        for rule in profiles.standard(profile).terms:
            assert label(rule.key, rule, "nl") == rule.label
            assert label(rule.key, rule, "en") not in (rule.key, "")

    def test_only_terms_for_a_duty_in_an_act_or_of_the_complainant_are_rolled(self, profile: str) -> None:
        rolled = {rule.key: rule for rule in profiles.standard(profile).terms if rule.roll == "next_working_day"}

        own = {key for key, rule in rolled.items() if " art. " not in rule.source}

        assert own == {"HOUSE_WEEK.APPEAL_LODGE"}
        assert not {key for key, rule in rolled.items() if rule.pause}

    def test_the_help_page_can_tell_what_it_must(self, cast: Cast) -> None:
        told = {each.key: each.text for each in profiles.vocabulary(cast.actor("tom")).help}

        assert {"procedure", "confidentiality", "ladder", "appeal", "privacy"} <= set(told)
        assert all(len(text) > 80 for text in told.values())


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_the_childcare_bodies_are_offered_in_childcare_only(profile: str, cast: Cast) -> None:
    words = profiles.vocabulary(cast.actor("cora"))

    affiliated = {key: {body.name for body in words.bodies_for(key) if body.affiliated} for key in ("kinderopvang", "welzijn")}

    assert affiliated["kinderopvang"] == {"Klachtenloket Kinderopvang", "Geschillencommissie Kinderopvang"}
    assert affiliated["welzijn"] == set()


@pytest.mark.parametrize("profile", ["kinderopvang-welzijn"])
def test_childcare_follows_the_act_with_the_house_week_over_it(profile: str, cast: Cast) -> None:
    roads = {each.key: (each.procedure, each.overlay) for each in profiles.vocabulary(cast.actor("cora")).sectors}

    assert roads == {"kinderopvang": ("WKO", "HOUSE_WEEK"), "welzijn": ("HOUSE_WEEK", None)}


def test_without_a_sector_every_category_is_offered(cast: Cast) -> None:
    words = profiles.vocabulary(cast.actor("tom"))

    assert words.categories_for(None) == words.categories
    assert words.procedure_label("UNKNOWN") == "UNKNOWN"


# What is wrong, by line


def test_a_misspelled_key_is_named_with_its_line() -> None:
    broken = TRAINING.replace("consultation_with =", "consultation_wit =")

    problems = {(each.line, each.key): each.sentence for each in check_profile(broken)}

    assert (line_of(broken, "consultation_wit"), "consultation_wit") in problems
    assert "gespeld" in problems[line_of(broken, "consultation_wit"), "consultation_wit"]
    assert problems[1, "consultation_with"] == "deze sleutel ontbreekt"


def test_an_unknown_unit_is_named_with_the_words_to_choose_from() -> None:
    broken = TRAINING.replace('unit = "months"', 'unit = "maanden"', 1)

    (problem,) = check_profile(broken)

    assert problem.line == line_of(broken, '"maanden"')
    assert problem.key == "rules[10].unit"
    assert "'weeks'" in problem.sentence
    assert " of 'working_days'" in problem.sentence


def test_a_number_between_quotes_is_no_number() -> None:
    broken = TRAINING.replace("amount = 2\n", 'amount = "2"\n', 1)

    (problem,) = check_profile(broken)

    assert (problem.line, problem.key) == (line_of(broken, 'amount = "2"'), "rules[1].amount")
    assert "heel getal" in problem.sentence


def test_a_missing_key_points_to_the_block_it_belongs_in() -> None:
    broken = TRAINING.replace('label = "Ontvangstbevestiging"\n', "", 1)

    (problem,) = check_profile(broken)

    assert (problem.line, problem.key) == (line_of(broken, "[[rules]]"), "rules[1].label")


def test_a_line_that_cannot_be_read_is_named() -> None:
    broken = TRAINING.replace('key = "training"', 'key = "training', 1)

    (problem,) = check_profile(broken)

    assert problem.line == line_of(broken, 'key = "training')
    assert "niet te lezen" in problem.sentence


@pytest.mark.parametrize(
    ("good", "bad", "key", "sentence"),
    [
        ('procedure = "HOUSE_WEEK"\nalso', 'procedure = "WEEK"\nalso', "sectors[1].procedure", "WEEK"),
        ('procedure = "TRAINING", overlay', 'procedure = "CURSUS", overlay', "sectors[1].also", "CURSUS"),
        ('roll = "next_working_day"\ninformative = true', 'roll = "next_working_day"\npause = true', "rules[7].pause", "stil"),
        ('successor = "EXPECTED_ANSWER"', 'successor = "LATER"', "rules[3].extend", "LATER bestaat niet"),
        ('unit = "working_days"\n', "", "rules[1].amount", "horen bij elkaar"),
        ('date = "given"\n', "", "rules[6].code", "óf een datum"),
        ('code = "CONSULT"', 'code = "ACK"', "rules[2]", "HOUSE_WEEK.ACK staat er twee keer"),
        ('sector = "training"\nname = "Resultaat"', 'sector = "sport"\nname = "Resultaat"', "categories[6].sector", "sport"),
        ('procedure = "WBK"\nexplanation', "explanation", "restricted[2]", "procedure nodig"),
        ('treatment = "whistleblower"', 'treatment = "red_flag"', "restricted[2].treatment", "red_flag_question"),
        ('key = "privacy"', 'key = "privaat"', "help", "privacy"),
        ('level = "manager"', 'level = "colleague"', "ladder[2]", "colleague"),
        ("updated_on = 2022-03-29", 'updated_on = "ooit"', "updated_on", "datum"),
        ("red_flag_question = false", 'red_flag_question = "misschien"', "red_flag_question", "true of false"),
        ('name = "Trainingsbureau"', 'name = ""', "name", "niets"),
    ],
)
def test_what_does_not_make_sense_is_said_in_dutch(good: str, bad: str, key: str, sentence: str) -> None:
    assert good in TRAINING

    problems = {each.key: each.sentence for each in check_profile(TRAINING.replace(good, bad, 1))}

    assert key in problems
    assert sentence in problems[key]


def test_an_overlay_cannot_be_the_main_procedure() -> None:
    source = standard_source("kinderopvang-welzijn").replace('overlay = "HOUSE_WEEK"', 'overlay = "WKO"', 1)

    (problem,) = check_profile(source)

    assert problem.key == "sectors[1].overlay"
    assert problem.line == line_of(source, 'overlay = "WKO"')


def test_nothing_is_adopted_from_a_broken_file() -> None:
    with pytest.raises(ProfileInvalid, match="line 1: key: missing"):
        profiles.parse("[help]\n")


@pytest.mark.parametrize("text", ["", "\x00", "a", "[[rules]]", "rules = 3", "help = [1]", "é" * 50, "[[rules]]\nextend = 3\n"])
def test_any_text_gets_an_answer(text: str) -> None:
    problems = check_profile(text)

    assert problems
    assert all(each.line >= 1 and each.sentence and "profile." not in each.sentence for each in problems)


def test_the_lines_are_right_behind_long_texts_and_lists() -> None:
    source = standard_source("kinderopvang-welzijn").replace('key = "review"', 'key = "Review"')

    (problem,) = check_profile(source)

    assert problem.line == line_of(source, 'key = "Review"')


def test_english_is_spoken_too() -> None:
    (problem,) = check_profile(TRAINING.replace("amount = 2\n", 'amount = "2"\n', 1), language="en")

    assert "whole number" in problem.sentence
