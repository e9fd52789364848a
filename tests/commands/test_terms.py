"""`manage.py terms` and `manage.py profile-check`: no database is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from db.profiles import standard_source
from manage import cli
from tests.test_architecture import ROOT


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


def promises(*words: str) -> dict[str, dict[str, Any]]:
    """By key; a later promise with the same key replaces an earlier one."""
    result = run("terms", *words, "--json")
    assert result.exit_code == 0, result.output
    return {each["key"]: each for each in json.loads(result.output)}


CHILDCARE = ("--profile", "kinderopvang-welzijn", "--procedure", "wko")
TRAINING = ("--profile", "training")


def test_six_weeks_that_end_on_liberation_day() -> None:
    law = promises(*CHILDCARE, "--received", "2026-03-24")["WKO.RESPONSE"]

    assert (law["code"], law["target_on"], law["legal_on"]) == ("RESPONSE", "2026-05-05", "2026-05-06")
    assert (law["rule"]["amount"], law["rule"]["unit"]) == (6, "weeks")
    assert "1.57b" in law["rule"]["source"]


def test_the_main_procedure_comes_first_and_the_overlay_after_it() -> None:
    result = run("terms", *CHILDCARE, "--received", "2026-03-24", "--json")

    procedures = [each["procedure"] for each in json.loads(result.output)]

    assert procedures == sorted(procedures, reverse=True)
    assert set(procedures) == {"WKO", "HOUSE_WEEK"}


@pytest.mark.parametrize(
    "letter",
    [
        ("--acknowledged", "2026-11-24", "--promise"),
        ("--acknowledged", "2026-11-24", "--promise", "2026-12-01"),
        ("--acknowledged", "2026-11-24", "--promise", "2026-11-24"),
        ("--promise", "2026-11-24"),
    ],
)
def test_the_worked_example_of_the_week(letter: tuple[str, ...]) -> None:
    week = promises(*TRAINING, "--received", "2026-11-20", *letter)

    assert {key: each["target_on"] for key, each in week.items()} == {
        "HOUSE_WEEK.CONSULT": "2026-11-23",
        "HOUSE_WEEK.ACK": "2026-11-24",
        "HOUSE_WEEK.DECIDE_OR_CONTACT": "2026-11-27",
        "HOUSE_WEEK.RESPONSE": "2026-11-27",
        "HOUSE_WEEK.PROMISED_RESPONSE": "2026-12-01",
    }
    assert week["HOUSE_WEEK.ACK"]["met_on"] == "2026-11-24"


def test_an_action_makes_no_promise() -> None:
    week = promises(*TRAINING, "--received", "2026-11-20", "--acknowledged", "2026-11-24", "--action")

    assert "HOUSE_WEEK.PROMISED_RESPONSE" not in week


def test_an_extension_an_answer_and_an_appeal() -> None:
    week = promises(
        *(*TRAINING, "--received", "2026-08-24", "--acknowledged", "2026-08-25", "--promise"),
        *("--contact", "2026-08-26", "--extended", "2026-08-28", "2026-09-11", "--decided", "2026-09-08"),
        *("--answered", "2026-09-09", "--appealed", "2026-09-20", "--today", "2026-11-21"),
    )

    states = {key.removeprefix("HOUSE_WEEK."): each["state"] for key, each in week.items()}
    assert states["RESPONSE"] == states["PROMISED_RESPONSE"] == "extended_in_time"
    assert states["EXPECTED_ANSWER"] == states["DECIDE_OR_CONTACT"] == "kept"
    assert week["HOUSE_WEEK.APPEAL_RULING"]["target_on"] == "2026-10-18"
    assert states["APPEAL_RULING"] == "missed"


def test_resolved_on_the_spot_leaves_nothing_open() -> None:
    week = promises(*TRAINING, "--received", "2026-11-17", "--resolved", "2026-11-17", "--acknowledged", "2026-11-17")

    assert all(each["met_on"] or each["cancelled_on"] for each in week.values())


def test_a_red_flag_is_due_on_the_day_itself() -> None:
    assert promises(*CHILDCARE, "--received", "2026-11-20", "--red-flag")["WKO.ABUSE_CONSULT"]["legal_on"] == "2026-11-20"


@pytest.mark.parametrize("written", ["HOUSE_WEEK", "house_week", "house-week"])
def test_a_procedure_may_be_written_in_any_case(written: str) -> None:
    assert promises(*TRAINING, "--procedure", written, "--received", "2026-11-20")


def test_the_closed_compartments_can_be_reckoned_too() -> None:
    found = promises("--profile", "kinderopvang-welzijn", "--procedure", "wbk", "--received", "2026-10-26")

    assert found["WBK.ACK"]["legal_on"] == "2026-11-02"


def test_without_json_it_is_a_sentence_per_promise() -> None:
    result = run("terms", *CHILDCARE, "--received", "2026-03-24", "--today", "2026-05-07")

    assert (
        "WKO.RESPONSE: Oordeel op de klacht, uiterlijk dinsdag 5 mei 2026, volgens de wet woensdag 6 mei 2026 (6 weken;"
        in result.output
    )
    assert "[Niet op tijd]" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--profile", "zorg", "--received", "2026-11-20"), "bekend: kinderopvang-welzijn, training"),
        ((*TRAINING, "--procedure", "wko", "--received", "2026-11-20"), "HOUSE_WEEK, TRAINING"),
        ((*TRAINING, "--received", "2026-02-30"), "2026-02-30"),
        ((*TRAINING, "--received", "0001-01-01"), "Alleen jaren van 2000"),
        ((*TRAINING, "--received", "9999-12-31"), "Alleen jaren van 2000"),
        ((*TRAINING, "--received", "2026-11-20", "--acknowledged", "2026-11-19"), "before --received"),
        ((*TRAINING, "--received", "2026-11-20", "--promise"), "--acknowledged"),
        ((*TRAINING, "--received", "2026-11-20", "--acknowledged", "2026-11-20", "--promise", "ooit"), "2026-12-01"),
        ((*TRAINING, "--received", "2026-11-20", "--acknowledged", "2026-11-20", "--promise", "--action"), "exclude"),
        (
            (*TRAINING, "--received", "2026-11-20", "--acknowledged", "2026-11-20", "--promise", "2027-01-01"),
            "27 november 2026",
        ),
        ((*CHILDCARE, "--received", "2026-11-11", "--extended", "2026-11-18", "2026-12-24"), "23 december 2026"),
        (("--profile", "nergens.toml", "--received", "2026-11-20"), "niet te lezen"),
    ],
)
def test_what_cannot_be_reckoned_is_said_without_a_traceback(words: tuple[str, ...], said: str) -> None:
    result = run("terms", *words)

    assert result.exit_code in (1, 2)
    assert said in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_file_of_ones_own_is_reckoned_with(tmp_path: Path) -> None:
    own = tmp_path / "eigen.toml"
    own.write_text(standard_source("training").replace("amount = 2\n", "amount = 5\n", 1), encoding="utf-8")

    found = promises("--profile", str(own), "--received", "2026-11-20")

    assert found["HOUSE_WEEK.ACK"]["target_on"] == "2026-11-27"


def test_a_good_profile_is_all_right() -> None:
    result = run("profile-check", str(ROOT / "db" / "profiles" / "training.toml"))

    assert result.exit_code == 0
    assert "in orde" in result.output


def test_a_broken_profile_is_named_by_line_and_fails(tmp_path: Path) -> None:
    broken = tmp_path / "stuk.toml"
    broken.write_text(standard_source("training").replace("consultation_with", "overleg_met", 1), encoding="utf-8")

    result = run("profile-check", str(broken))
    reckoned = run("terms", "--profile", str(broken), "--received", "2026-11-20")

    assert result.exit_code == 1
    assert "stuk.toml, regel" in result.output
    assert "overleg_met: deze sleutel bestaat niet" in result.output
    assert reckoned.exit_code == 1
    assert "profile-check" in reckoned.output


@pytest.mark.parametrize("name", ["weg.toml", "."])
def test_a_file_that_is_not_there_is_said(name: str, tmp_path: Path) -> None:
    result = run("profile-check", str(tmp_path / name))

    assert result.exit_code == 1
    assert "niet te lezen" in result.output


def test_no_database_is_opened(tmp_path: Path) -> None:
    surroundings = os.environ | {
        "WEERKLANK_DATABASE_URL": "sqlite:////nowhere/at/all.db",
        "WEERKLANK_DATA": str(tmp_path / "data"),
    }
    words = ["terms", *CHILDCARE, "--received", "2026-03-24", "--json"]

    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True
    )

    assert len(json.loads(done.stdout)) == 7
    assert not (tmp_path / "data").exists()


# Why


def test_a_date_is_explained_in_sentences_and_day_by_day() -> None:
    lines = run("terms", *CHILDCARE, "--received", "2026-03-24", "--explain").output.splitlines()

    start = next(number for number, line in enumerate(lines) if line.startswith("WKO.RESPONSE"))
    assert lines[start + 1] == (
        "  De klacht kwam binnen op dinsdag 24 maart 2026. De wet geeft zes weken: tot en met dinsdag 5 mei 2026. Dat is een "
        "feestdag (Bevrijdingsdag), daarom is de laatste dag woensdag 6 mei 2026 (Algemene termijnenwet art. 1)."
    )
    assert lines[start + 3] == "    di 24 mrt 2026: dag 0, telt nog niet"
    assert "    di 5 mei 2026: telt: 42, einde van de termijn, een feestdag (Bevrijdingsdag)" in lines
    assert "    wo 6 mei 2026: laatste dag volgens de wet" in lines
    assert any(line.endswith("alle 364 dagen tellen mee.") for line in lines)  # the twelve months of the committee


def test_a_pause_an_extension_taken_back_a_measure_and_a_committee() -> None:
    found = run(
        *("terms", *TRAINING, "--received", "2026-11-02", "--paused", "2026-11-04", "2026-11-07", "--explain"),
        *("--extended", "2026-11-10", "2026-11-20", "--extension-withdrawn", "2026-11-11"),
    ).output

    assert "De termijn is stilgezet van woensdag 4 november 2026 tot en met vrijdag 6 november 2026." in found
    assert "verviel deze belofte: het uitstel is teruggenomen" in found

    childcare = promises(*CHILDCARE, "--received", "2026-11-02", "--measure", "2026-11-20", "2026-12-24")
    assert childcare["WKO.MEASURE"]["target_on"] == "2026-12-24"

    awb = ("--profile", "kinderopvang-welzijn", "--procedure", "awb", "--received", "2026-11-02")
    assert promises(*awb) != promises(*awb, "--committee")


@pytest.mark.parametrize("wrong", [("2026-11-04", "soon"), ("-", "2026-11-04")])
def test_a_pause_needs_dates(wrong: tuple[str, str]) -> None:
    result = run("terms", *TRAINING, "--received", "2026-11-02", "--paused", *wrong)

    assert result.exit_code == 2
    assert "--paused" in result.output


def test_a_pause_of_which_nobody_knows_the_end() -> None:
    found = run("terms", *TRAINING, "--received", "2026-11-02", "--paused", "2026-11-04", "-", "--explain").output

    assert "De termijn staat stil sinds woensdag 4 november 2026." in found
