"""Invented cases beside the samples, so that the board shows every state and the overview has two years to compare."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from demo.stage import SAMPLE_DAY, Case, Stage
from domain.vocabulary import (
    Channel,
    CloseReason,
    ComplainantType,
    ExternalStage,
    Kind,
    LetterType,
    Outcome,
    PauseReason,
    SubjectType,
)

FIRST = [
    "Aafke",
    "Bram",
    "Carolien",
    "Dirk",
    "Elske",
    "Floor",
    "Gijs",
    "Hanneke",
    "Ingmar",
    "Jet",
    "Kees",
    "Loes",
    "Maarten",
    "Nynke",
    "Oscar",
    "Pleun",
    "Roos",
    "Sjoerd",
    "Tess",
]
LAST = [
    "Aalders",
    "Boersma",
    "Cuperus",
    "Dorrestein",
    "Eikelboom",
    "Franke",
    "Gerbens",
    "Haverkort",
    "IJzerman",
    "Jorritsma",
    "Klaver",
    "Looman",
    "Meinders",
    "Noordhuis",
    "Oskam",
    "Paardekoper",
    "Ruiter",
    "Staal",
    "Tigchelaar",
    "Uiterwijk",
]


@dataclass(frozen=True)
class Seed:
    """One kind of complaint that comes up again and again."""

    unit: str
    category: str
    subcategory: str
    title: str
    text: str
    complainant: ComplainantType
    subject: SubjectType
    action: str | None


SEEDS: dict[str, tuple[Seed, ...]] = {
    profile: tuple(Seed(**seed) for seed in seeds)
    for profile, seeds in json.loads((Path(__file__).parent / "seeds.json").read_text()).items()
}


# Of the closed ones, in turn: not asked (None), no answer yet, or both scores and what they added.
ANSWERS: tuple[tuple[int | None, int | None, str] | tuple[()] | None, ...] = (
    (4, 3, "Netjes gebeld, al had het sneller gemogen."), (5, 5, ""), None, (2, 1, "Ik moest zelf blijven bellen."), (),
    (4, 4, ""), (None, None, ""), (3, None, ""),
)  # fmt: skip


class Inventor:
    """Deterministic: the same seed gives the same register."""

    def __init__(self, stage: Stage, profile: str) -> None:
        self.stage, self.seeds, self.profile = stage, SEEDS[profile], profile
        self.random = random.Random(20261121)  # noqa: S311 - invented cases, not secrets
        self.made = 0

    def day(self, days: int) -> str:
        """The (sample) date this many days from the day of showing."""
        return (SAMPLE_DAY + timedelta(days)).isoformat()

    def enter(self, received: int, seed: int | None = None, **overrides: object) -> Case:
        """A case received `received` days from now (negative), registered the same day."""
        kind = self.seeds[seed % len(self.seeds)] if seed is not None else self.random.choice(self.seeds)
        self.made += 1
        name = f"{FIRST[self.made % len(FIRST)]} {LAST[(self.made * 7) % len(LAST)]}"
        self.stage.day(self.day(received))
        values: dict[str, object] = {
            "received_on": self.stage.date(self.day(received)),
            "channel": self.random.choice((Channel.PHONE, Channel.EMAIL, Channel.FACE_TO_FACE, Channel.EVALUATION_FORM)),
            "subject_type": kind.subject, "title": kind.title, "description": kind.text, "category": kind.category,
            "subcategory": kind.subcategory, "complainant_type": kind.complainant,
            "red_flag": False if self.seeds is SEEDS["kinderopvang-welzijn"] else None,
        }  # fmt: skip
        by = "tom" if kind.unit in ("noord", "vos", "egel") else "rosa"
        chosen = {"by": by, "unit": kind.unit, "complainant": name, "immediate_actions": kind.action}
        return self.stage.enter(f"invented-{self.made}", **(chosen | values | overrides))  # type: ignore[arg-type]

    def handled(
        self,
        received: int,
        days: tuple[int, int, int],
        outcome: Outcome,
        close: int | None,
        measures: Iterable[tuple[str, str, str]] = (),
    ) -> Case:
        """From receipt to answer: acknowledged, handled, decided after `days`, closed after `close` more days."""
        case = self.enter(received)
        ack, contact, answer = days
        self.stage.day(self.day(received))
        case.consult("dora", ack_owner="cora")
        self.stage.day(self.day(received + ack))
        case.acknowledge("cora", LetterType.ACK_PROMISE)
        case.assign("cora", "hans")
        self.stage.day(self.day(received + contact))
        case.call("hans", "Gebeld en doorgevraagd; klager wil vooral een oplossing.")
        if answer > 7:
            until = self.day(received + answer + 1)
            case.extend("hans", until, "Wij wachten op informatie van een collega die terugkomt van verlof.")
        self.stage.day(self.day(received + answer))
        case.decide("hans", outcome, "Wij hebben het verhaal van beide kanten gehoord en de planning nagekeken.", measures)
        case.answer("hans", LetterType.DECISION)
        if close is not None:
            self.stage.day(self.day(received + answer + close))
            case.close("dora", CloseReason.ACCEPTED)
            self.asked(case, received + answer + close)
        return case

    def asked(self, case: Case, closed: int) -> None:
        """How it went, for most of them; some did not answer yet, or did not want to."""
        answer = ANSWERS[self.made % len(ANSWERS)]
        if answer is None:
            return
        case.ask("cora")
        if answer:
            self.stage.day(self.day(closed + 3))
            case.say("cora", *answer)


def board_states(made: Inventor) -> None:
    """One or more of everything that a board can show today."""
    stage = made.stage
    due_today = made.enter(-7, 0)
    stage.day(made.day(-6))
    due_today.consult("dora", ack_owner="cora")
    due_today.acknowledge("cora", LetterType.ACK_PROMISE)
    stage.day(made.day(-5))
    due_today.assign("cora", "hans")
    stage.day(made.day(-3))
    due_today.call("hans", "Gebeld; klager is tevreden als het vóór de volgende keer geregeld is.")

    late = made.enter(-12, 3)
    stage.day(made.day(-11))
    late.consult("dora", ack_owner="cora")
    late.acknowledge("cora", LetterType.ACK_PROMISE)

    extended = made.enter(-9, 5)
    stage.day(made.day(-8))
    extended.consult("dora", ack_owner="cora")
    extended.acknowledge("cora", LetterType.ACK_PROMISE)
    extended.assign("dora", "hilde")
    stage.day(made.day(-4))
    extended.extend("hilde", made.day(10), "Wij willen eerst met alle betrokkenen spreken.")

    made.enter(-1, 1)  # new, without owner
    made.enter(0, 2)
    soon = made.enter(-4, 4)
    stage.day(made.day(-3))
    soon.consult("dora", ack_owner="petra" if made.profile == "training" else "cora")
    soon.acknowledge("cora", LetterType.ACK_PROMISE)

    decided = made.enter(-6, 6)
    stage.day(made.day(-5))
    decided.consult("dora", ack_owner="cora")
    decided.acknowledge("cora", LetterType.ACK_PROMISE)
    decided.assign("cora", "hans")
    stage.day(made.day(-1))
    decided.decide("dora", Outcome.PARTLY, "De afspraak was niet duidelijk vastgelegd.")

    made.enter(-2, 0, already_resolved=True, immediate_actions="Ter plekke opgelost en excuses gemaakt.")
    made.enter(-1, 3, kind=Kind.QUESTION, title="Hoe werkt de klachtenregeling?", description="Vraag over de stappen.")

    measures = (
        ("Een vaste vervanger afspreken voor dagen waarop iemand ziek is", "hans", made.day(-2)),
        ("De bevestiging met de afspraken voortaan dezelfde dag sturen", "cora", made.day(1)),
    )
    made.handled(-11, (1, 3, 6), Outcome.UPHELD, None, measures)  # answered, not closed
    appealed = made.handled(-30, (1, 4, 6), Outcome.NOT_UPHELD, None)
    stage.day(made.day(-12))
    appealed.appeal("vera", Channel.EMAIL, "De reden klopt niet: ik heb het wel gemeld.")
    stage.day(made.day(-10))
    appealed.appeal_acknowledge("vera")

    outside = made.enter(-5, 5)
    outside.refer("cora", *OUTSIDE[made.profile], "De klager heeft zelf de weg naar buiten gekozen.")
    waiting_for_photos(made)
    straight_to_the_committee(made)
    if made.profile == "kinderopvang-welzijn":
        for_the_municipality(made)


def waiting_for_photos(made: Inventor) -> None:
    """Its clocks stand still; where no Act goes on."""
    case = made.enter(-6, {"training": 2, "kinderopvang-welzijn": 4}[made.profile])
    made.stage.day(made.day(-5))
    case.consult("dora", ack_owner="cora")
    case.acknowledge("cora", LetterType.ACK_PROMISE)
    case.assign("cora", "hans")
    made.stage.day(made.day(-3))
    case.pause("hans", PauseReason.WAITING_COMPLAINANT, "De klager stuurt volgende week foto's en vroeg ons daarop te wachten.")


def straight_to_the_committee(made: Inventor) -> Case:
    """Nobody complained to us first; the hearing is planned."""
    body, seed = {"training": ("other", 6), "kinderopvang-welzijn": ("committee-childcare", 3)}[made.profile]
    case = made.enter(-9, seed, channel=Channel.EXTERNAL_BODY)
    case.refer("cora", body, ExternalStage.COMMITTEE_PENDING, "De klager ging rechtstreeks naar de commissie.", made.day(-10))
    made.stage.day(made.day(-8))
    case.consult("dora", ack_owner="cora")
    case.acknowledge("cora", LetterType.ACK_PROMISE)
    case.assign("cora", "hans")
    made.stage.day(made.day(-5))
    case.extend("hans", made.day(19), "De commissie behandelt de klacht; wij wachten haar zitting af.")
    made.stage.day(made.day(-2))
    case.refer("cora", body, ExternalStage.HEARING, "Wij zijn uitgenodigd om onze kant te vertellen.", made.day(12))
    return case


def for_the_municipality(made: Inventor) -> None:
    """Under the Awb: extended once, and the complainant agrees to a further delay."""
    case = made.enter(-48, 6, procedure="AWB")
    made.stage.day(made.day(-47))
    case.consult("dora", ack_owner="cora")
    case.acknowledge("cora", LetterType.ACK_PROMISE)
    case.assign("cora", "hilde")
    made.stage.day(made.day(-44))
    case.extend("hilde", made.day(12), "De gemeente zoekt de stukken nog op.")
    made.stage.day(made.day(-2))
    case.consent("cora", "De klager schreef dat een antwoord na de vakantie ook goed is.")


OUTSIDE: dict[str, tuple[str, ExternalStage]] = {
    "training": ("other", ExternalStage.COMMITTEE_PENDING),
    "kinderopvang-welzijn": ("desk-childcare", ExternalStage.DESK),
}


def two_years(made: Inventor, cases: int = 26) -> None:
    """Closed cases over this year and the last, some late, so that the overview has something to say."""
    outcomes = (Outcome.UPHELD, Outcome.UPHELD, Outcome.PARTLY, Outcome.NOT_UPHELD, Outcome.NO_JUDGMENT)
    longest = (SAMPLE_DAY - date(SAMPLE_DAY.year - 1, 1, 10)).days
    for number in range(cases):
        received = -35 - (number * (longest - 35)) // cases
        answer = made.random.choice((4, 5, 5, 6, 6, 7, 12))
        made.handled(received, (1, 3, answer), made.random.choice(outcomes), close=10)
