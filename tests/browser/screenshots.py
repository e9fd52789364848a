"""The pictures of the README and the handbook, made from the demonstration: `make screenshots`.

Everything is invented, and stands as on 21 November 2026. Look at every picture after making them.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import typst
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from sqlalchemy import select

from db import models as m
from demo.invented import Inventor, for_the_municipality, straight_to_the_committee
from demo.register import Register, fill_demo, fill_samples
from demo.stage import Case
from domain.vocabulary import Channel, Compartment, ExternalStage, LetterType, Outcome, Ruling, Status
from domain.workflow import StepName
from services import door, dossier
from services.letter_sheets import sheet_of
from services.rendering import pdf
from tests.browser import hands
from tests.browser.conftest import PATIENCE
from tests.conftest import CHROMIUM, TODAY, Cast
from tests.serving import ROOT, Server, start
from text import translate
from ui.step_forms import FORMS

IMAGES = ROOT / "docs" / "images"
SCREEN = {"width": 1280, "height": 800}
TELEPHONE = {"width": 390, "height": 844}
LOWEST, HIGHEST = 600, 1500  # pixels; what is longer is cut off
MARGIN = 32
COLOURS = 250

# Who takes the step, and on a dossier of which status; the newest that fits is shown.
USUAL = ("cora", Status.IN_PROGRESS)
STEPS: dict[StepName, tuple[str, Status]] = {
    StepName.CONVERT: ("cora", Status.REGISTERED),
    StepName.CONSULT: ("dora", Status.REGISTERED),
    StepName.EXPERT_CONSULTED: ("cora", Status.REGISTERED),
    StepName.ACKNOWLEDGE: ("cora", Status.REGISTERED),
    StepName.ACKNOWLEDGE_IMPOSSIBLE: ("cora", Status.REGISTERED),
    StepName.ASSIGN: ("dora", Status.ACKNOWLEDGED),
    StepName.NOTIFY_RESPONDENT: ("cora", Status.REGISTERED),
    StepName.ANSWER: ("dora", Status.DECIDED),
    StepName.RESOLVE: ("cora", Status.REGISTERED),
    StepName.NOT_HANDLED: ("cora", Status.ACKNOWLEDGED),
    StepName.MEASURE_DONE: ("cora", Status.ANSWERED),
    StepName.MOVE_MEASURE: ("cora", Status.ANSWERED),
    StepName.MEASURE_EFFECT: ("hans", Status.CLOSED),
    StepName.POSITION: ("cora", Status.ANSWERED),
    StepName.CONSEQUENCES: ("cora", Status.RULED),
    StepName.ASK_SATISFACTION: ("cora", Status.CLOSED),
    StepName.SATISFACTION: ("cora", Status.CLOSED),
    StepName.REMOVE_PARTY: ("cora", Status.REGISTERED),
    StepName.CLOSE: ("cora", Status.ANSWERED),
    StepName.REOPEN: ("cora", Status.CLOSED),
    StepName.LODGE_APPEAL: ("cora", Status.ANSWERED),
}


# Steps that only this organisation knows.
CHILDCARE = (StepName.EXPERT_CONSULTED, StepName.RAISE_RED_FLAG, StepName.CONSENT, StepName.POSITION)


def store(name: str, png: bytes) -> None:
    """The colours that occur most stay as they are, the others become the nearest of those: a screen has few, and the
    repository stays small."""
    path = IMAGES / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    numbers, where, often = np.unique(pixels @ (1 << 16, 1 << 8, 1), return_inverse=True, return_counts=True)
    seen = np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], axis=1)
    kept = seen[np.argsort(-often)[:COLOURS]]
    away = np.abs(seen[:, None, :] - kept[None, :, :]).sum(axis=2)
    picture = Image.fromarray(away.argmin(axis=1)[where].reshape(pixels.shape[:2]).astype(np.uint8))
    picture.putpalette(kept.flatten().tolist())
    picture.save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB\n")


@dataclass
class Studio:
    """A running demonstration and a browser that looks at it. Only the steps about a suspicion need the childcare one."""

    browser: Browser
    server: Server
    register: Register

    def sit_down(self, who: str | None, address: str, **options: Any) -> Page:
        settings = {"locale": "nl-NL", "viewport": SCREEN, "base_url": self.server.url, "color_scheme": "light"}
        page = self.browser.new_context(**(settings | options)).new_page()
        page.set_default_timeout(PATIENCE)
        if who is None:
            page.goto(address)
            return page
        return hands.signed_in(page, self.server, who, address)

    def newest(self, *where: Any) -> list[str]:
        """References of ordinary dossiers, the newest first."""
        with self.server.register() as session:
            rows = select(m.Complaint.reference).where(m.Complaint.compartment == Compartment.REGULAR, *where)
            return list(session.scalars(rows.order_by(m.Complaint.id.desc())))

    def open_for(self, step: StepName) -> tuple[str, str]:
        """Who, and a dossier in which this person can take this step now."""
        who, status = STEPS.get(step, USUAL)
        actor = self.register.actor(who)
        for reference in self.newest(m.Complaint.status == status):
            if any(each.name is step and each.possible and each.relevant for each in dossier.steps(actor, reference)):
                return who, reference
        raise LookupError(f"nowhere can {who} do this: {step}")


def calm(page: Page) -> None:
    """Nothing moves, and no pointer rests on anything."""
    hands.settled(page)
    page.mouse.move(0, 0)
    page.get_by_test_id("stMain").evaluate("each => each.scrollTo(0, 0)")
    page.evaluate("document.activeElement?.blur()")
    page.wait_for_timeout(700)


def screen(page: Page, name: str) -> None:
    """What somebody sees without scrolling."""
    calm(page)
    store(name, page.screenshot())
    page.context.close()


def whole(page: Page, name: str, highest: int = HIGHEST, leave: bool = True) -> None:
    """The page, made as high as what stands on it."""
    calm(page)
    box = page.get_by_test_id("stMainBlockContainer").get_by_test_id("stVerticalBlock").first.bounding_box()
    needed = int(box["y"] + box["height"]) + MARGIN
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(max(needed, LOWEST), highest)})
    calm(page)
    store(name, page.screenshot())
    if leave:
        page.context.close()


def form(page: Page, heading: Locator, name: str) -> None:
    """The form that stands under `heading`, and nothing else."""
    page.set_viewport_size({"width": SCREEN["width"], "height": HIGHEST})
    calm(page)
    around = page.get_by_test_id("stVerticalBlock").filter(has=heading).last
    store(name, around.screenshot())
    page.context.close()


# The demonstration, and what it lacks for a picture of every step


def extras(register: Register) -> None:
    made = Inventor(register.stage(latest=door.today_and_now()[1]), register.profile)
    waiting = made.enter(-1, 4)
    waiting.consult("dora", ack_owner="cora")
    made.enter(-1, 1, complainant=None)
    decided_with_a_measure(made)
    ruled_without_a_date(made)


def extras_of_childcare(register: Register) -> None:
    made = Inventor(register.stage(latest=door.today_and_now()[1]), register.profile)
    for_the_municipality(made)
    straight_to_the_committee(made)
    judged = handled(made, 6, procedure="JEUGDWET", by_committee=True)
    judged.decide("hans", Outcome.PARTLY, "De overdracht had beter gemoeten.")
    judged.answer("hans", LetterType.DECISION)
    handled(made, 5, procedure="AWB", respondents=("hilde",))


def handled(made: Inventor, seed: int, **overrides: Any) -> Case:
    case = made.enter(-5, seed, **overrides)
    case.consult("dora", ack_owner="cora")
    made.stage.day(made.day(-4))
    case.acknowledge("cora", LetterType.ACK_PROMISE)
    case.assign("dora", "hans")
    made.stage.day(made.day(-1))
    return case


def ruled_without_a_date(made: Inventor) -> None:
    case = made.enter(-20, 6, procedure="TRAINING")
    made.stage.day(made.day(-19))
    case.consult("dora", ack_owner="cora")
    case.acknowledge("cora", LetterType.ACK_PROMISE)
    case.assign("dora", "hans")
    made.stage.day(made.day(-15))
    case.decide("hans", Outcome.NOT_UPHELD, "Het certificaat is op tijd gevraagd.")
    case.answer("hans", LetterType.DECISION)
    made.stage.day(made.day(-10))
    case.appeal("vera", Channel.EMAIL, "Ik wacht nog steeds.")
    made.stage.day(made.day(-3))
    case.appeal_rule("vera", Ruling.REVISED, "Het certificaat kwam te laat.", "Excuses maken.", None)


def decided_with_a_measure(made: Inventor) -> Case:
    case = made.enter(-6, 3)
    made.stage.day(made.day(-5))
    case.consult("dora", ack_owner="cora")
    case.acknowledge("cora", LetterType.ACK_PROMISE)
    case.assign("dora", "hans")
    made.stage.day(made.day(-3))
    case.call("hans", "Gebeld en doorgevraagd; we zijn het eens over wat er beter moet.")
    made.stage.day(made.day(-2))
    measure = ("De factuur wordt voortaan vóór verzending naast de offerte gelegd.", "cora", made.day(9))
    case.decide("hans", Outcome.UPHELD, "De reiskosten stonden niet in de offerte.", measures=(measure,))
    case.answer("hans", LetterType.DECISION)
    return case


@contextmanager
def studio(browser: Browser, profile: str) -> Iterator[Studio]:
    with TemporaryDirectory() as folder:
        os.environ |= {"WEERKLANK_DATA": folder, "WEERKLANK_TODAY": TODAY.isoformat()}
        os.environ.pop("WEERKLANK_DATABASE_URL", None)
        door.engine.cache_clear()
        sys.stdout.write(f"filling the demonstration: {profile}\n")
        today, now = door.today_and_now()
        register = fill_demo(profile, today, now) if profile == "training" else fill_samples(profile, today)
        (extras if profile == "training" else extras_of_childcare)(register)
        with start(Path(folder), Cast(register.accounts, register.units)) as server:
            yield Studio(browser, server, register)
        door.engine().dispose()


# The pictures


def sign_in(at: Studio) -> None:
    page = at.sit_down(None, "/")
    expect(page.get_by_role("button", name="Aanmelden")).to_be_visible()
    whole(page, "sign-in")


def intake(at: Studio) -> None:
    page = at.sit_down("tom", "/intake")
    hands.phone_remark(
        page,
        name="Karin Jansen",
        story="De zaal was vanochtend koud en bij de receptie wist niemand wie zij moest bellen. Zij vraagt om een excuus.",
    )
    hands.write(page, "Telefoon, e-mail of adres van de klager", "06 00 00 00 12")
    hands.choose(page, "Waar gaat het over?", "Organisatie en locatie")
    whole(page, "intake", leave=False)
    hands.press(page, "Registreren")
    hands.reference_on_receipt(page)
    page.set_viewport_size(SCREEN)
    screen(page, "intake-receipt")


def board(at: Studio) -> None:
    for name, viewport in (("board", {"width": 1280, "height": 1000}), ("board-phone", TELEPHONE)):
        page = at.sit_down("dora", "/board", viewport=viewport)
        expect(page.get_by_text("Vandaag te doen")).to_be_visible()
        expect(page.locator("table.rows")).to_be_attached()
        screen(page, name)


def one_dossier(at: Studio) -> None:
    reference = at.newest(m.Complaint.status == Status.IN_PROGRESS)[0]
    for name, scheme in (("dossier", "light"), ("dossier-dark", "dark")):
        page = at.sit_down("dora", f"/complaint?ref={reference}", color_scheme=scheme)
        expect(page.get_by_role("heading", name=reference)).to_be_visible()
        whole(page, name)
    page = at.sit_down("dora", f"/complaint?ref={reference}")
    hands.tab(page, "Tijdlijn")
    whole(page, "dossier-timeline", 1100)


def explanation(at: Studio) -> None:
    """Why a date is what it is, in a dossier."""
    reference = at.newest(m.Complaint.status == Status.IN_PROGRESS)[0]
    for name, size in (("explanation", SCREEN), ("explanation-phone", TELEPHONE)):
        viewport = size | {"height": 2400}  # the whole of what opens
        page = at.sit_down("dora", f"/complaint?ref={reference}", viewport=viewport)
        hands.settled(page).get_by_role("button", name="Waarom deze datum?").first.click()
        calendar = page.get_by_text("Dag voor dag").first
        expect(calendar).to_be_visible()
        hands.settled(page)
        page.wait_for_timeout(700)
        store(name, page.get_by_test_id("stPopoverBody").screenshot())
        page.context.close()


def terms(at: Studio) -> None:
    """A paused and extended complaint, tried out; two versions side by side."""
    days = "received=2026-11-02&acknowledged=2026-11-04&paused=2026-11-05&paused_to=2026-11-07"
    tried = f"/terms?procedure=HOUSE_WEEK&{days}&extended=2026-11-10&extended_to=2026-11-24"
    for name, viewport in (("terms", SCREEN), ("terms-phone", TELEPHONE)):
        page = at.sit_down("cora", tried, viewport=viewport)
        expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
        whole(page, name, 1700)
    page = at.sit_down("cora", f"/terms?tab_name=compare&procedure=HOUSE_WEEK&right=kinderopvang-welzijn&{days}")
    expect(page.get_by_role("heading", name="Wat dat doet met de datums")).to_be_visible()
    whole(page, "terms-compare")


def stood_still(at: Studio) -> None:
    """A dossier whose clocks stand still, with the form that ends it."""
    who, reference = at.open_for(StepName.RESUME)
    page = at.sit_down(who, f"/complaint?ref={reference}")
    hands.open_step(page, label(StepName.RESUME))
    whole(page, "pause", 1300)


def outside(at: Studio) -> None:
    """Straight to a committee, with its hearing planned."""
    reference = at.newest(m.Complaint.external_stage == ExternalStage.HEARING)[0]
    page = at.sit_down("cora", f"/complaint?ref={reference}", viewport=SCREEN | {"height": 2600})
    expect(page.get_by_role("heading", name=reference)).to_be_visible()
    calm(page)
    around = page.get_by_test_id("stVerticalBlock").filter(has_text=translate("nl", "complaint.outside_right")).last
    store("outside", around.screenshot())
    page.context.close()


def not_satisfied(at: Studio) -> None:
    who, reference = at.open_for(StepName.CLOSE)
    page = at.sit_down(who, f"/complaint?ref={reference}")
    heading = hands.open_step(page, label(StepName.CLOSE))
    hands.choose(page, "Is de klager tevreden met de uitkomst?", "Nee")
    expect(page.get_by_role("button", name=label(StepName.LODGE_APPEAL))).to_be_visible()
    form(page, heading, "close-unsatisfied")


def extension(at: Studio) -> None:
    """Under an Act that names who else has to hear of it."""
    query = select(m.Complaint.reference).join(m.Party, m.Party.complaint_id == m.Complaint.id)
    with at.server.register() as session:
        reference = session.scalars(query.where(m.Complaint.procedure == "AWB").order_by(m.Complaint.id.desc())).first()
    page = at.sit_down("cora", f"/complaint?ref={reference}")
    heading = hands.open_step(page, label(StepName.EXTEND))
    hands.pick_day(page, translate("nl", "complaint.field.told_respondent"), TODAY)
    hands.pick_day(page, "Nieuwe datum", TODAY + timedelta(days=60))
    hands.write(page, "Reden van het uitstel", "De gemeente zoekt de stukken nog op.")
    page.keyboard.press("Tab")
    heading.click()
    expect(page.get_by_label("Tekst van de brief", exact=True)).to_contain_text("Awb art. 9:11")
    form(page, heading, "extension")


def steps(at: Studio, names: list[StepName]) -> None:
    for name in names:
        who, reference = at.open_for(name)
        page = at.sit_down(who, f"/complaint?ref={reference}")
        form(page, hands.open_step(page, label(name)), f"steps/{name}")


def label(name: StepName) -> str:
    return translate("nl", f"step.{name}")


def letter(at: Studio) -> None:
    """The form of a letter with its files to look at, and the letter on paper."""
    who, reference = at.open_for(StepName.ANSWER)
    page = at.sit_down(who, f"/complaint?ref={reference}")
    heading = hands.open_step(page, label(StepName.ANSWER))
    page.get_by_text("Bekijk de brief als bestand").click()
    expect(page.get_by_role("button", name="Download als pdf")).to_be_visible()
    form(page, heading, "letter-form")
    with at.server.register() as session:
        sent = session.scalars(
            select(m.MessageText)
            .join(m.Message, m.Message.id == m.MessageText.message_id)
            .where(m.Message.letter_type == LetterType.DECISION)
            .order_by(m.Message.id.desc())
        ).first()
        sheet = sheet_of(sent.sheet, sent.subject, sent.body)
    pages = typst.compile(
        pdf.TEMPLATE.read_bytes(),
        font_paths=pdf._fonts(),
        sys_inputs={"sheet": json.dumps(pdf._data(sheet))},
        format="png",
        ppi=80,
    )
    store("letter", pages[0] if isinstance(pages, list) else pages)


def appeals(at: Studio) -> None:
    with at.server.register() as session:
        query = select(m.Complaint.reference).join(m.Appeal).where(m.Appeal.ruled_on.is_(None))
        reference = session.scalars(query.where(m.Appeal.reviewer_id == at.register.accounts["vera"])).first()
    page = at.sit_down("vera", "/appeals")
    expect(page.get_by_text(reference)).to_be_visible()
    screen(page, "appeals")
    page = at.sit_down("vera", "/appeals")
    form(page, hands.open_step(page, "Registreer een beroep"), "appeal-register")
    page = at.sit_down("vera", f"/appeals?ref={reference}")
    whole(page, "appeal")
    page = at.sit_down("vera", f"/appeals?ref={reference}")
    form(page, hands.open_step(page, "Leg de uitspraak vast"), "steps/rule_appeal")


def other_pages(at: Studio) -> None:
    for who, address, name, highest in (
        ("hans", "/actions", "actions", HIGHEST),
        ("dora", "/overview", "overview", HIGHEST),
        ("tom", "/help", "help", HIGHEST),
        ("adam", "/people", "people", 1000),
        ("adam", "/people?people.part=Organisatie", "people-organisation", 1200),
        ("tom", "/account", "account", 900),
    ):
        page = at.sit_down(who, address)
        expect(page.get_by_role("heading").first).to_be_visible()
        whole(page, name, highest)


def restricted(at: Studio) -> None:
    page = at.sit_down("vera", "/restricted")
    expect(page.get_by_role("heading", name="Besloten dossiers")).to_be_visible()
    screen(page, "restricted")


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with studio(browser, "training") as at:
            for picture in (
                sign_in,
                intake,
                board,
                one_dossier,
                explanation,
                letter,
                appeals,
                restricted,
                terms,
                other_pages,
            ):
                picture(at)
            steps(at, [name for name in FORMS if name not in CHILDCARE])
            for picture in (stood_still, not_satisfied):  # what is typed in a form comes back: after the plain ones
                picture(at)
        with studio(browser, "kinderopvang-welzijn") as at:
            steps(at, list(CHILDCARE))
            outside(at)
            extension(at)
        browser.close()


if __name__ == "__main__":
    main()
