"""With today pinned to 2026-11-21 the twenty sample cases, entered through the services on the days they happened, stand
where `data/sample_states.json` says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from demo.register import Register, fill_samples
from domain.promises import PromiseState
from domain.vocabulary import Compartment
from services import board, door, dossier, restricted
from services.dossier import Dossier
from tests.conftest import TODAY

STATES = {row["id"]: row for row in json.loads((Path(__file__).parent / "data" / "sample_states.json").read_text())}
OPEN, KEPT, MISSED = PromiseState.OPEN, PromiseState.KEPT, PromiseState.MISSED
IN_TIME, CANCELLED = PromiseState.EXTENDED_IN_TIME, PromiseState.CANCELLED

# sample: {procedure.code: (state, target date or None where the sample does not say)}
PROMISES: dict[str, dict[str, tuple[PromiseState, str | None]]] = {
    "V01": {"WKO.RESPONSE": (OPEN, "2026-12-14"), "HOUSE_WEEK.DECIDE_OR_CONTACT": (KEPT, "2026-11-09"),
            "HOUSE_WEEK.RESPONSE": (IN_TIME, "2026-11-09"), "HOUSE_WEEK.EXPECTED_ANSWER": (OPEN, "2026-12-07")},
    "V02": {"WKO.RESPONSE": (MISSED, "2026-11-16")},
    "V03": {"HOUSE_WEEK.ACK": (KEPT, "2026-11-12"), "HOUSE_WEEK.DECIDE_OR_CONTACT": (MISSED, "2026-11-17"),
            "HOUSE_WEEK.RESPONSE": (MISSED, "2026-11-17"), "HOUSE_WEEK.PROMISED_RESPONSE": (MISSED, "2026-11-19")},
    "V04": {"HOUSE_WEEK.ACK": (MISSED, "2026-11-17"), "HOUSE_WEEK.RESPONSE": (MISSED, "2026-11-20")},
    "V05": {"HOUSE_WEEK.DECIDE_OR_CONTACT": (KEPT, "2026-09-25"), "HOUSE_WEEK.RESPONSE": (IN_TIME, "2026-09-25"),
            "HOUSE_WEEK.EXPECTED_ANSWER": (KEPT, "2026-10-09")},
    "V06": {"HOUSE_WEEK.ACK": (KEPT, "2026-11-19"), "HOUSE_WEEK.RESPONSE": (KEPT, "2026-11-24")},
    "V07": {"HOUSE_WEEK.ACK": (KEPT, None)},
    "V08": {"HOUSE_WEEK.RESPONSE": (KEPT, "2026-08-31"), "HOUSE_WEEK.APPEAL_ACK": (KEPT, "2026-09-17"),
            "HOUSE_WEEK.APPEAL_RULING": (KEPT, "2026-10-08")},
    "V09": {"HOUSE_WEEK.APPEAL_ACK": (KEPT, "2026-09-28")},
    "V13": {"HOUSE_WEEK.RESPONSE": (IN_TIME, "2026-11-16"), "HOUSE_WEEK.PROMISED_RESPONSE": (IN_TIME, "2026-11-17"),
            "HOUSE_WEEK.EXPECTED_ANSWER": (OPEN, "2026-12-04")},
    "V14": {"HOUSE_WEEK.RESPONSE": (IN_TIME, "2026-11-18"), "HOUSE_WEEK.EXPECTED_ANSWER": (OPEN, "2026-12-16"),
            "WKO.RESPONSE": (OPEN, "2026-12-23")},
    "V15": {"HOUSE_WEEK.ACK": (MISSED, "2026-11-20"), "HOUSE_WEEK.RESPONSE": (OPEN, "2026-11-25")},
    "V16": {},
    "V17": {"HOUSE_WEEK.RESPONSE": (OPEN, "2026-11-26")},
    "V18": {"WKO.RESPONSE": (OPEN, "2026-11-30")},
    "V19": {"WKO.ABUSE_CONSULT": (MISSED, "2026-11-20")},
    "V20": {"HOUSE_WEEK.ACK": (CANCELLED, None)},
}  # fmt: skip
HANDED_OVER = {"V10", "V11", "V12"}


@pytest.fixture(scope="module")
def registers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, Register]]]:
    """Both registers with the samples in them, filled once."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
        for profile in ("training", "kinderopvang-welzijn"):
            folder = tmp_path_factory.mktemp(profile)
            url = f"sqlite:///{folder / 'weerklank.db'}"
            patch.setenv("WEERKLANK_DATA", str(folder))
            patch.setenv("WEERKLANK_DATABASE_URL", url)
            door.engine.cache_clear()
            made[profile] = (url, fill_samples(profile, TODAY))
            door.engine().dispose()
        yield made
    door.engine.cache_clear()


@pytest.fixture
def at_home(registers: dict[str, tuple[str, Register]], monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Register]]:
    """Turn to a sample's own register with `turn_to`."""
    monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
    yield {profile: register for profile, (_, register) in registers.items()}
    door.engine.cache_clear()


def turn_to(sample: str, registers: dict[str, tuple[str, Register]], monkeypatch: pytest.MonkeyPatch) -> Register:
    for url, register in registers.values():
        if sample in register.samples or sample in register.handed_over:
            monkeypatch.setenv("WEERKLANK_TODAY", TODAY.isoformat())
            monkeypatch.setenv("WEERKLANK_DATABASE_URL", url)
            door.engine.cache_clear()
            return register
    raise AssertionError(f"{sample} is in neither register")


def read(register: Register, sample: str, name: str = "cora") -> Dossier:
    return dossier.read(register.actor(name), register.samples[sample])


def test_every_sample_is_in_a_register_once(registers: dict[str, tuple[str, Register]]) -> None:
    entered = [sample for _, register in registers.values() for sample in (*register.samples, *register.handed_over)]

    assert sorted(entered) == sorted(STATES)


@pytest.mark.parametrize("sample", sorted(set(STATES) - HANDED_OVER))
def test_a_sample_stands_where_it_should(
    sample: str, registers: dict[str, tuple[str, Register]], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = turn_to(sample, registers, monkeypatch)

    file = read(register, sample, "petra" if sample == "V15" else "cora")

    assert file.status == STATES[sample]["status"]
    assert file.content is not None or sample == "V15"
    promises = {f"{each.procedure}.{each.code}": each for each in file.promises}
    for key, (state, target) in PROMISES[sample].items():
        latest = [each for each in file.promises if f"{each.procedure}.{each.code}" == key]
        assert latest, f"{key} is missing; there are {sorted(promises)}"
        assert any(
            each.state == state and (target is None or each.target_on == date.fromisoformat(target)) for each in latest
        ), [(each.state, each.target_on) for each in latest]
    if STATES[sample]["status"] in {"answered", "closed", "withdrawn"}:
        assert not [each for each in file.promises if each.state == OPEN and not each.informative and each.code != "MEASURE"]


def test_the_reporter_who_is_the_respondent_sees_nothing(
    registers: dict[str, tuple[str, Register]], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = turn_to("V04", registers, monkeypatch)

    rows = board.page(register.actor("tom"), board.BoardFilter(status=board.Show.ALL)).rows

    assert register.samples["V04"] not in {row.reference for row in rows}


def test_the_director_sees_nothing_of_the_complaint_about_herself_and_a_partner_acts(
    registers: dict[str, tuple[str, Register]], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = turn_to("V15", registers, monkeypatch)

    rows = board.page(register.actor("dora"), board.BoardFilter(status=board.Show.ALL)).rows
    acting = read(register, "V15", "piet")

    assert register.samples["V15"] not in {row.reference for row in rows}
    assert acting.content is not None


def test_the_substitute_hears_the_appeal_of_whom_the_confidant_supported(
    registers: dict[str, tuple[str, Register]], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = turn_to("V09", registers, monkeypatch)

    file = read(register, "V09", "suze")

    rulings = [each for each in file.promises if each.code in ("APPEAL_RULING", "EXPECTED_ANSWER") or "APPEAL" in each.code]
    assert any(each.state == IN_TIME and each.target_on == date(2026, 10, 19) for each in rulings)
    assert any(each.state == OPEN and each.target_on == date(2026, 11, 23) for each in file.promises)


def test_straight_to_the_committee_leaves_the_clocks_running(
    registers: dict[str, tuple[str, Register]], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = turn_to("V17", registers, monkeypatch)

    assert read(register, "V17").external_stage == "committee_pending"


@pytest.mark.parametrize(
    ("sample", "compartment", "owner"),
    [
        ("V10", Compartment.UNWANTED_BEHAVIOUR, "vera"),
        ("V11", Compartment.WHISTLEBLOWER, "wim"),
        ("V12", Compartment.WHISTLEBLOWER, "wim"),
    ],
)
def test_what_was_handed_over_is_visible_to_its_owner_only(
    sample: str,
    compartment: Compartment,
    owner: str,
    registers: dict[str, tuple[str, Register]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = turn_to(sample, registers, monkeypatch)
    with Session(door.engine()) as session:
        rows = session.scalars(select(m.Complaint).where(m.Complaint.compartment == compartment)).all()
        references = {row.reference for row in rows}
        named = [party.account_id for party in session.scalars(select(m.Party)) if party.complaint_id in {r.id for r in rows}]

    mine = {row.reference for row in restricted.listing(register.actor(owner)).rows}
    assert references == mine
    assert named == ([register.accounts["mia"]] if compartment is Compartment.WHISTLEBLOWER else [])
    for name in set(register.accounts) - {owner, "adam", "suze"}:
        everything = board.page(register.actor(name), board.BoardFilter(status=board.Show.ALL))
        assert not references & {row.reference for row in everything.rows}
