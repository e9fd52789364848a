"""P13: what somebody typed is text on every screen, in every letter, and calls nobody (security.md, section 3)."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from docx import Document
from playwright.sync_api import Browser, Dialog, Locator, Page, Request, expect
from pypdf import PdfReader
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from domain.vocabulary import LetterType
from services import door, letters
from services.letters import Outgoing
from tests.attacks.payloads import PAYLOADS, Texts, filled, make_hostile
from tests.attacks.world import of_the_door
from tests.browser.hands import choose, settled, signed_in
from tests.cases import Case
from tests.conftest import TODAY, Cast, at
from tests.figures import Figures, so_many
from tests.serving import Server, fill, start

CHROMIUM = Path("/usr/bin/chromium")
TOGETHER = 5  # payloads in one text
UNFOLDED = so_many(100, 4)
TURNS = so_many(len(PAYLOADS) // TOGETHER, 1)

# Everything that a screen says, also in fields, names for who listens, and the grid's hidden table.
SAID = """() => {
  const said = [document.title];
  const seen = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT);
  for (let each = seen.currentNode; each; each = seen.nextNode()) {
    if (['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(each.tagName)) continue;
    for (const name of ['aria-label', 'title', 'alt', 'placeholder']) {
      if (each.hasAttribute && each.hasAttribute(name)) said.push(each.getAttribute(name));
    }
    if ('value' in each && typeof each.value === 'string') said.push(each.value);
    const above = each.parentElement;
    const whole = at => /^st(Markdown|Text|Alert|Heading|Caption)/.test((at.dataset || {}).testid || '');
    if (each.tagName === 'P' && above.children.length > 1 && whole(above)) continue; // of some: read together, above
    if (!['BODY', 'DIV', 'SECTION', 'MAIN'].includes(each.tagName) || !each.children.length) said.push(each.textContent);
    else if (whole(each)) said.push(each.textContent);
  }
  return said;
}"""
LINKS = "() => [...document.querySelectorAll('a, [src], [action]')].map(each => each.href || each.src || each.action || '')"
UNFOLD = """most => {
  const folded = [...document.querySelectorAll('[data-testid=stMain] details:not([open]) > summary')].slice(0, most);
  folded.forEach(each => each.click());
  return folded.length;
}"""
OUTSIDE = re.compile(r"(?i)^(javascript|data:text|vbscript|mailto)|evil")


@dataclass
class Watched:
    """One browser window and what happened in it that should not."""

    page: Page
    server: Server
    texts: Texts
    shown: set[str] = field(default_factory=set)  # marks
    dialogs: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    changed: dict[str, str] = field(default_factory=dict)  # by mark: what the screen made of it
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        self.page.on("dialog", self._spoke)
        self.page.on("request", self._asked)
        self.page.on("console", lambda said: self.blocked.append(said.text) if "Content Security" in said.text else None)

    def _spoke(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.server.url, self.server.url.replace("http", "ws"), "data:", "blob:")):
            self.outside.append(request.url)

    def read(self) -> None:
        """Every text of ours that stands on the screen now: is it as it was typed?"""
        for said in self.page.evaluate(SAID):
            for found in re.finditer(r"q[0-9a-f]{8}z", said):
                words = self.texts.given.get(found.group())
                if words is None:
                    continue
                before = said[max(0, found.end() - 3 * len(words)) : found.end()]  # it can be broken over lines
                if solid(before).endswith(solid(words)):
                    self.shown.add(found.group())
                else:
                    self.changed.setdefault(found.group(), said[max(0, found.start() - 300) : found.end()])
        self.links += [
            each for each in self.page.evaluate(LINKS) if OUTSIDE.search(each) and not each.startswith(self.server.url)
        ]


def solid(words: str) -> str:
    """Without white space and invisible signs: a line end on paper or screen is no other text."""
    return "".join(sign for sign in words if not sign.isspace() and unicodedata.category(sign) != "Cf")


def drawn(page: Page) -> None:
    """The script has ended, and what the browser loads when it is first needed is there."""
    settled(page)
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton]')")


def open_all(page: Page) -> None:
    """Fold out what is folded, and what is folded in that."""
    for _ in range(3):
        if not page.evaluate(UNFOLD, UNFOLDED):
            return
        page.wait_for_timeout(300)  # some ask the server for what is in them
        drawn(page)


def visit(watched: Watched, address: str, tabs: bool = True) -> None:
    page = watched.page
    page.goto(address)
    expect(page.get_by_test_id("stMain").locator("h1, h2, h3").first).to_be_attached()
    drawn(page)
    open_all(page)
    watched.read()
    names: list[Locator] = page.get_by_role("tab").all() if tabs else []
    for number in range(1, len(names)):
        page.get_by_role("tab").nth(number).click()
        expect(page.locator("[role=tabpanel]:visible").last).not_to_be_empty()  # some are drawn when they open
        drawn(page)
        open_all(page)
        watched.read()


def source(watched: Watched) -> None:
    """What is known of where evaluation forms come from is there once it is chosen."""
    watched.page.goto("/evaluations")
    watched.page.get_by_role("tab", name="Bronnen en regel").click()
    choose(watched.page, "Bron", "Enquête")
    expect(watched.page.get_by_role("textbox", name="Naam van de bron")).to_have_value("Enquête")
    drawn(watched.page)
    watched.read()


def forms(watched: Watched, address: str, most: int) -> None:
    """The forms under "Wat kunt u nu doen?", with what they fill in already."""
    page = watched.page
    for number in range(most):
        page.goto(address)
        drawn(page)
        open_all(page)
        buttons = page.locator("[class*='st-key-complaint-open-'], [class*='st-key-appeals-open-']").locator("button")
        if number >= buttons.count():
            return
        buttons.nth(number).click()
        drawn(page)
        open_all(page)
        watched.read()


@pytest.mark.browser
@pytest.mark.parametrize("turn", range(TURNS))
def test_what_is_typed_stays_text_on_every_screen(turn: int, chromium: Browser, tmp_path: Path, figures: Figures) -> None:
    texts = Texts(turn * TOGETHER, TOGETHER)
    with of_the_door(tmp_path):
        cast = fill(door.engine(), "training")
        at(door.engine(), cast, TODAY)
        references = filled(cast, door.engine())
        make_hostile(door.engine(), texts)
    with start(tmp_path, cast) as server:
        watched = everywhere(chromium, server, texts, references)

    unseen = {place for place, marks in texts.places.items() if not marks & watched.shown}
    assert watched.changed == {}
    figures.equal("P13", "texts changed on the way to a screen", len(watched.changed), 0)
    figures.equal("P13", "dialogs", len(watched.dialogs), 0)
    figures.equal("P13", "requests to outside", len(watched.outside), 0)
    figures.equal("P13", "blocked by the content security policy", len(watched.blocked), 0)
    figures.equal("P13", "links that somebody typed", len(set(watched.links)), 0)
    figures.at_least("P13", "texts read back from screens as they were typed", len(watched.shown), 100)
    forgotten = ", ".join(sorted(unseen - NOT_READ.keys()))
    assert not forgotten, f"no screen of this test shows {forgotten}: visit it, or say why not"


# Texts that no screen of this round has in words: why.
NOT_READ = {
    "account.email": "in a form that opens by a click in a grid, which is a drawing",
    "account.phone": "as the mail address",
    "import_mapping.columns": "after a file was given to it",
    "import_mapping.name": "in a list that opens",
    "complainant.surname_key": "looked up, never shown",
    "message_text.sheet": "on paper: see the letters below",
    **dict.fromkeys(
        (
            "profile.sectors.label",  # of one sector nobody has to choose
            "profile.categories.name",
            "profile.categories.subcategories",
            "profile.functions",
            "profile.restricted.subcategories",
        ),
        "in lists that open (st.selectbox), which draw text as it is",
    ),
    "profile.restricted.explanation": "after a choice from such a list, by st.text",
}
PARTS = ("Locaties+en+afdelingen", "Organisatie", "Kalender", "Aanmeldingen")
YEAR = ("review", "review?review=1", "report", "report?year=2025", "evaluations", "importing")
# Who goes where: everybody's pages, as the person who sees most there.
ROUND: dict[str, tuple[str, ...]] = {
    "cora": ("board", "actions", "overview", "terms", "retention", "intake", "help", "account", *YEAR),
    "vera": ("appeals", "restricted"),
    "adam": ("people", *(f"people?people.part={part}" for part in PARTS)),
    "tom": ("intake", "board"),
    "dora": ("board", "requests", "report?year=2025"),  # the lot falls on her, or on cora
}
FORMS = so_many(40, 1)
DOSSIERS = ["working", "closed", *(["new", "decided", "appealed"] if TURNS > 1 else [])]


def everywhere(chromium: Browser, server: Server, texts: Texts, references: dict[str, str]) -> Watched:
    watched: Watched | None = None
    for who, pages in ROUND.items():
        context = chromium.new_context(locale="nl-NL", viewport={"width": 1280, "height": 900}, base_url=server.url)
        page = context.new_page()
        watched = Watched(page, server, texts) if watched is None else replace(watched, page=page)
        signed_in(page, server, who)
        for each in pages:
            visit(watched, f"/{each}")
        if who == "cora":
            visit(watched, f"/review?{urlencode({'review': 1, 'ref': references['working']})}")
            source(watched)
        own = {"cora": ("complaint", DOSSIERS), "vera": ("appeals", ["appealed"])}.get(who, ("", []))
        for name in own[1]:
            address = f"/{own[0]}?{urlencode({'ref': references[name]})}"
            visit(watched, address, tabs=TURNS > 1 or name != "closed")
            if name in ("working", "appealed"):
                forms(watched, address, FORMS)
        context.close()
    assert watched
    return watched


# Letters


def test_in_letters_it_is_text_too(cast: Cast, engine: Engine, figures: Figures) -> None:
    """In the body, the subject and the names around it; as Word and as PDF."""
    body, marks = [], {}
    for number, payload in enumerate(PAYLOADS):
        marks[f"q{number:02d}z"] = solid(payload)
        body.append(f"begin {payload} q{number:02d}z")
    with Session(engine) as session, session.begin():
        session.get_one(m.Setting, "organisation").value = PAYLOADS[0]
        session.get_one(m.Setting, "address").value = PAYLOADS[51]
        session.get_one(m.Account, cast["cora"]).display_name = PAYLOADS[54]
    case = Case.registered("training", cast, complainant_name=PAYLOADS[52]).in_progress()
    hans, sent = (
        cast.actor("hans"),
        Outgoing(str(uuid4()), LetterType.PROGRESS, PAYLOADS[53], "\n\n".join(body), "email", TODAY),
    )

    word = Document(io.BytesIO(letters.preview_docx(hans, case.reference, sent)))
    paper = PdfReader(io.BytesIO(letters.preview_pdf(hans, case.reference, sent)))
    read = {
        "docx": solid("\n".join(each.text for each in word.paragraphs)),
        "pdf": solid("\n".join(each.extract_text() for each in paper.pages)),
    }

    lost = [(kind, mark) for kind, said in read.items() for mark, words in marks.items() if f"{words}{mark}" not in said]
    assert [(kind, mark, read[kind][read[kind].find(mark) - 80 : read[kind].find(mark)]) for kind, mark in lost] == []
    links = [each for page in paper.pages for each in page.get("/Annots", []) if "evil" in str(each.get_object())]
    assert not links
    assert "evil" not in str([each.target_ref for each in word.part.rels.values()])
    figures.equal("P13", f"of {2 * len(marks)} payloads in letters changed", len(lost), 0)
