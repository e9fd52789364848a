"""The table of rights as a file: what stands in it is what holds, and what is left out is no "no"."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import domain.rights
from domain.rights import TABLE, Right, Role, parse

FILE = Path(domain.rights.__file__).with_name("rights.toml").read_text(encoding="utf-8")
WRITTEN = tomllib.loads(FILE)


def test_each_cell_holds_as_it_is_written() -> None:
    found = parse(FILE)

    assert found == TABLE
    for name, cells in WRITTEN["rights"].items():
        for role, cell in zip(WRITTEN["roles"], cells, strict=True):
            held = found.rights[Role(role)].get(Right(name))
            assert " ".join(held or ("-",)) == cell
    assert found.about[Right.SELF] == WRITTEN["about"]["self"]
    assert set(found.about) == set(Right)


def test_each_word_reaches_what_stands_behind_it() -> None:
    reach = parse(FILE).reach

    assert {
        word: (each.compartment, each.red_flag, sorted(each.ties), each.days, each.says) for word, each in reach.items()
    } == {
        word: (each["compartment"], each["red_flag"], sorted(each["tie"]), each.get("days"), said(each))
        for word, each in WRITTEN["reach"].items()
    }


def said(word: dict[str, Any]) -> str:
    return str(word["says"]).format(days=word.get("days"))


def test_who_is_never_two_of_them_at_once_is_what_is_written() -> None:
    found = parse(FILE).never_together

    assert [(list(each.one), list(each.other), each.why) for each in found] == [
        (each["one"], each["other"], each["why"]) for each in WRITTEN["never_together"]
    ]
    assert len(found) == 3


EVERY_ROLE, EVERY_CELL = (
    "every role and every word stands in the table once",
    "every right has a sentence, and a cell for each role",
)
DAYS, GROUPS = "a number of days goes with a tie, and is said", "two groups without a role in both, and the reason"


@pytest.mark.parametrize(
    ("here", "instead", "why"),
    [
        ('"reporter", "handler",', '"handler", "handler",', EVERY_ROLE),
        (r"(?m)^unit = .*$", "", EVERY_ROLE),
        (r"(?m)^destroy +=.*$", "", EVERY_CELL),
        (r"(?m)^destroy = .*$", "", EVERY_CELL),
        (r'(?m)^(destroy +=.*), +"-"\]$', r"\1]", EVERY_CELL),
        (r'(?m)^(destroy +=.*)"-"\]$', r'\1""]', 'a cell says "-" for never'),
        (r'(?m)^(destroy +=.*)"-"\]$', r'\1"some"]', "'some' is not a valid Scope"),
        (r"(?m)^destroy( +=)", r"destroyed\1", "'destroyed' is not a valid Right"),
        (r"(?m)^lift = ", "lifts = ", "'lifts' is not a valid Right"),
        (r"(?m)^own = ", "mine = ", "'mine' is not a valid Scope"),
        (r'(?m)^(own = .*)"regular"', r'\1"open"', "'open' is not a valid Compartment"),
        (r'(?m)^(own = .*)"reporter"', r'\1"friend"', "'friend' is not a valid Tie"),
        ('"reporter", "handler",', '"reporter",', EVERY_ROLE),
        ('"wb_officer", "admin",', '"wb_officer", "boss",', "'boss' is not a valid Role"),
        (r"days = 7, ", "", DAYS),
        (r"days = 7, ", "days = -1, ", DAYS),
        (r"days = 7, ", "days = true, ", DAYS),
        (r"(?m)^(own = .*tie = .*\], )", r"\1days = 3, ", DAYS),
        (r"(?m)^(all = .*gewone dossiers)", r"\1 {days}", DAYS),
        (r'one = \["admin"\]', "one = []", GROUPS),
        (r"(?m)^other = .*$", "other = []", GROUPS),
        (r'one = \["admin"\]', 'one = ["reporter"]', GROUPS),
        (r'one = \["wb_officer"\]', 'one = ["wb_officer", "wb_officer"]', GROUPS),
        (r'why = ".*"', 'why = " "', GROUPS),
        (r'one = \["admin"\]', 'one = ["boss"]', "'boss' is not a valid Role"),
        (r"\Z", "\n[more]\n", "the file holds the table and nothing else"),
    ],
)
def test_what_is_missing_double_or_unknown_is_refused(here: str, instead: str, why: str) -> None:
    changed, times = re.subn(here, instead, FILE, count=1)

    assert times == 1
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        parse(changed)
