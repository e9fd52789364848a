"""What somebody could type or paste, in every text field of every service: refused in a sentence or kept as it is; shown as
plain text; letters and exports still open."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from docx import Document
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.errors import Refused
from domain.vocabulary import Channel, EventKind, LetterType, Outcome, Relation
from services import (
    accounts,
    appeals,
    attachments,
    board,
    calendar_days,
    clocks,
    complainants,
    complaints,
    dossier,
    drafts,
    exports,
    hearing,
    letters,
    organisation,
    parties,
    sessions,
    steps,
)
from services.accounts import AccountInput
from services.board import BoardFilter
from services.door import VISITOR
from services.letters import Outgoing
from services.organisation import UnitInput
from services.parties import Named
from services.steps import MeasureInput, PartInput
from tests.attacks.soundness import faults
from tests.cases import Case, an_intake
from tests.conftest import TODAY, Cast
from tests.ui.apptest import open_page

ODD: dict[str, Any] = {
    "empty": "",
    "spaces": "   \t\n ",
    "zero width": "\u200b\u200d\ufeff",
    "long": "x" * 100_000,
    "a long word": "y" * 19_000,
    "emoji": "🦄👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "right to left": "\u202e\u2066שלום\u202c gnp.exe",
    "NUL": "voor\x00na",
    "control": "\x1b[31mrood\x07",
    "C1": "rood\x9b31m\x85",
    "zalgo": "k" + "".join(chr(0x300 + number % 0x6F) for number in range(500)) + "lacht",
    "Turkish": "İSTANBUL ısı i̇",
    "other digits": "٠١٢٣ १२३",
    "line ends": "een\r\ntwee\rdrie\u2028vier",
    "a megabyte": "z" * 1_000_000,
    "half a sign": "\ud800",
    "not a character": "\ufffe\uffff",
    "decomposed": unicodedata.normalize("NFD", "Coördinatie café"),
    "formula": "=cmd|' /C calc'!A0",
    "formulas": "@SUM(1)\n+1\n-1\n\t=1",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown": "# kop **vet** `code` | a | b |",
    "streamlit": ":material/home: :red[rood] :red-badge[x] $\\frac{1}{2}$ $$x$$",
    "a link": "[x](javascript:alert(1)) ![y](https://evil.invalid/pixel.png)",
    "a template": "{organisation} {{ 7*7 }} {% raw %} %(x)s ${x} {0}",
    "xml": "]]> &amp; <![CDATA[ \u000b",
    "a number": 7,
    "a truth": True,
    "a list": ["a", "b"],
    "bytes": b"\xff\x00",
}

# No widget hands these over: pages make them, or addresses, which are always text.
NOT_A_WIDGET = {
    *("attach to form", "appeal form", "letter form", "refer body", "attachment name", "attachment token", "board category"),
    *("draft", "draft page", "draft recalled", "ticket"),
}

Field = Callable[[Case, Any], Any]


def on_register(field: str, **besides: Any) -> Field:
    def act(case: Case, text: Any) -> None:
        intake = an_intake("training", case.cast, **besides | {field: text})
        complaints.register(case.cast.actor("tom"), str(uuid4()), intake)

    return act


def cora(case: Case) -> str:
    return case.cast.actor("cora")


def sending(case: Case, kind: LetterType, **over: Any) -> Outgoing:
    given: dict[str, Any] = {"subject": "Uw klacht", "body": "Beste Karel", "extra": {}} | over
    return Outgoing(str(uuid4()), kind, given["subject"], given["body"], Channel.EMAIL, TODAY, given["extra"])


# What each field needs of the dossier, and what is typed in it
FIELDS: dict[str, tuple[str, Field]] = {
    **{f"register {name}": ("", on_register(name)) for name in (
        "title", "description", "category", "subcategory", "complainant_name", "complainant_contact", "remedy_requested",
        "immediate_actions", "channel", "kind", "discussed", "sector", "procedure", "ladder_level", "preferred_channel",
    )},
    "register representative_of": ("", on_register("representative_of", complainant_type="representative")),
    "register respondent": ("", lambda case, text: on_register("respondents")(case, (Named(name=text),))),
    "register form": ("", lambda case, text: complaints.register(
        case.cast.actor("tom"), text, an_intake("training", case.cast))),
    "attach to form": ("", lambda case, text: attachments.add_at_intake(case.cast.actor("tom"), text, [("a.txt", b"hallo")])),
    "reference": ("", lambda case, text: dossier.read(cora(case), text)),
    "steps of reference": ("", lambda case, text: dossier.steps(cora(case), text)),
    "log text": ("", lambda case, text: steps.log(cora(case), case.reference, EventKind.NOTE, TODAY, text)),
    "log kind": ("", lambda case, text: steps.log(cora(case), case.reference, text, TODAY, "x")),
    "log form": ("", lambda case, text: steps.log(cora(case), case.reference, EventKind.NOTE, TODAY, "x", form_id=text)),
    "log subject": ("", lambda case, text: steps.log(
        cora(case), case.reference, EventKind.MESSAGE_RECEIVED, TODAY, "Bericht.", subject=text)),
    "consult": ("", lambda case, text: steps.consult(
        case.cast.actor("dora"), case.reference, case.seen, TODAY, (case.cast["piet"],), text, case.cast["cora"])),
    "unreachable": ("", lambda case, text: steps.acknowledge_impossible(cora(case), case.reference, case.seen, text)),
    "climb": ("in_progress", lambda case, text: steps.climb(cora(case), case.reference, "manager", TODAY, text)),
    "extend": ("in_progress", lambda case, text: steps.extend(
        cora(case), case.reference, case.seen, sending(case, LetterType.EXTENSION), case.at(20), text)),
    "decide": ("in_progress", lambda case, text: steps.decide(
        cora(case), case.reference, case.seen, TODAY, Outcome.UPHELD, text, no_measures=True)),
    "measure": ("in_progress", lambda case, text: steps.decide(
        cora(case), case.reference, case.seen, TODAY, Outcome.UPHELD, "Ja.", (MeasureInput(text, case.cast["cora"], TODAY),))),
    "withdraw": ("in_progress", lambda case, text: steps.withdraw(
        cora(case), case.reference, case.seen, TODAY, Channel.PHONE, sending(case, LetterType.WITHDRAWAL), text)),
    "not handled": ("in_progress", lambda case, text: steps.not_handled(
        cora(case), case.reference, case.seen, "not_ours", text, sending(case, LetterType.NOT_HANDLED))),
    "pause": ("in_progress", lambda case, text: clocks.pause(
        cora(case), case.reference, case.seen, "waiting_complainant", TODAY, None, text)),
    "consent": ("in_progress", lambda case, text: clocks.consent(cora(case), case.reference, case.seen, TODAY, "email", text)),
    "correct receipt": ("in_progress", lambda case, text: clocks.correct_receipt(
        cora(case), case.reference, case.seen, case.at(-1), text)),
    "part": ("answered", lambda case, text: steps.close(
        cora(case), case.reference, case.seen, "accepted", parts=(PartInput(text, "upheld"),))),
    "close reason": ("answered", lambda case, text: steps.close(cora(case), case.reference, case.seen, text)),
    "reopen": ("closed", lambda case, text: steps.reopen(cora(case), case.reference, case.seen, text)),
    "grounds": ("answered", lambda case, text: appeals.lodge(
        cora(case), str(uuid4()), case.reference, None, TODAY, "email", text)),
    "appeal form": ("answered", lambda case, text: appeals.lodge(
        cora(case), text, case.reference, None, TODAY, "email", "Nee.")),
    "appeal of reference": ("answered", lambda case, text: appeals.lodge(
        case.cast.actor("suze"), str(uuid4()), text, "Vries", TODAY, "email", "Nee.")),
    "appeal surname": ("answered", lambda case, text: appeals.lodge(
        case.cast.actor("suze"), str(uuid4()), case.reference, text, TODAY, "email", "Nee.")),
    "hearing note": ("in_appeal", lambda case, text: hearing.note(
        case.cast.actor("vera"), case.reference, str(uuid4()), text)),
    "hearing": ("in_appeal", lambda case, text: hearing.hear(
        case.cast.actor("vera"), case.reference, str(uuid4()), TODAY, text)),
    "step back": ("in_appeal", lambda case, text: hearing.step_back(case.cast.actor("vera"), case.reference, 1, text)),
    "refer body": ("", lambda case, text: steps.refer(
        cora(case), case.reference, str(uuid4()), body=text, stage="desk", submitted_on=TODAY)),
    "refer note": ("", lambda case, text: steps.refer(
        cora(case), case.reference, str(uuid4()), body="other", body_name="X", stage="desk", submitted_on=TODAY, note=text)),
    "refer body name": ("", lambda case, text: steps.refer(
        cora(case), case.reference, str(uuid4()), body="other", body_name=text, stage="desk", submitted_on=TODAY)),
    "refer number": ("", lambda case, text: steps.refer(
        cora(case), case.reference, str(uuid4()), body="other", body_name="X", stage="desk", submitted_on=TODAY,
        case_number=text)),
    "refer form": ("", lambda case, text: steps.refer(
        cora(case), case.reference, text, body="other", body_name="X", stage="desk", submitted_on=TODAY)),
    "party": ("", lambda case, text: parties.add_party(cora(case), case.reference, Relation.INVOLVED, Named(name=text))),
    "complainant name": ("", lambda case, text: complainants.name_complainant(
        cora(case), case.reference, case.seen, "client", text, "karel@voorbeeld.invalid")),
    "complainant contact": ("", lambda case, text: complainants.name_complainant(
        cora(case), case.reference, case.seen, "client", "Karel", text)),
    "attachment name": ("", lambda case, text: attachments.add(cora(case), case.reference, [(text, b"hallo wereld")])),
    "attachment token": ("", lambda case, text: attachments.fetch(cora(case), text)),
    "letter subject": ("in_progress", lambda case, text: letters.preview_pdf(
        cora(case), case.reference, sending(case, LetterType.PROGRESS, subject=text))),
    "letter body": ("in_progress", lambda case, text: letters.preview_pdf(
        cora(case), case.reference, sending(case, LetterType.PROGRESS, body=text))),
    "letter docx": ("in_progress", lambda case, text: opens_docx(letters.preview_docx(
        cora(case), case.reference, sending(case, LetterType.PROGRESS, subject=text, body=text)))),
    "letter ask": ("in_progress", lambda case, text: letters.compose(
        cora(case), case.reference, LetterType.PROGRESS, sent_on=TODAY, progress=text, next_step=text)),
    "letter form": ("in_progress", lambda case, text: steps.progress(
        cora(case), case.reference, Outgoing(text, LetterType.PROGRESS, "x", "y", "email", TODAY))),
    "board text": ("", lambda case, text: board.page(cora(case), BoardFilter(text=text))),
    "board category": ("", lambda case, text: board.page(cora(case), BoardFilter(category=text, procedure=text))),
    "draft": ("", lambda case, text: drafts.keep(cora(case), "intake", {"description": text})),
    "draft page": ("", lambda case, text: drafts.keep(cora(case), text, {"description": "x"})),
    "draft recalled": ("", lambda case, text: drafts.recall(cora(case), text)),
    "account name": ("", lambda case, text: accounts.create(
        case.cast.actor("adam"), AccountInput(text, "Naam", "", ("reporter",), None))),
    "account display name": ("", lambda case, text: accounts.create(
        case.cast.actor("adam"), AccountInput(f"n{uuid4().hex[:8]}", text, "", ("reporter",), None))),
    "account mail": ("", lambda case, text: accounts.create(
        case.cast.actor("adam"), AccountInput(f"n{uuid4().hex[:8]}", "Naam", text, ("reporter",), None))),
    "account language": ("", lambda case, text: accounts.choose_language(case.cast.actor("adam"), text)),
    "password": ("", lambda case, text: accounts.change_password(case.cast.actor("adam"), text, text, text)),
    "unit": ("", lambda case, text: organisation.add_unit(
        case.cast.actor("adam"), UnitInput(text, "location", "training", None, None, True))),
    "organisation": ("", lambda case, text: change_settings(case, "organisation", text)),
    "website": ("", lambda case, text: change_settings(case, "website", text)),
    "closed day": ("", lambda case, text: calendar_days.add_closing(case.cast.actor("adam"), TODAY, TODAY, text)),
    "sign in": ("", lambda _, text: sessions.sign_in(VISITOR, text, "wachtwoord", "b" * 64, "127.0.0.1")),
    "sign in password": ("", lambda _, text: sessions.sign_in(VISITOR, "adam", text, "b" * 64, "127.0.0.1")),
    "ticket": ("", lambda _, text: sessions.redeem(VISITOR, text, "b" * 64)),
}  # fmt: skip


def change_settings(case: Case, name: str, text: Any) -> None:
    adam = case.cast.actor("adam")
    organisation.change_settings(adam, organisation.settings(adam), {name: text})


def opens_docx(content: bytes) -> None:
    Document(io.BytesIO(content))


@pytest.mark.parametrize("field", FIELDS)
def test_odd_text_is_kept_or_refused(cast: Cast, engine: Engine, field: str) -> None:
    where, act = FIELDS[field]
    case, crashed = Case.registered("training", cast), {}
    if where:
        getattr(case, where)()
    texts = {name: text for name, text in ODD.items() if isinstance(text, str) or field not in NOT_A_WIDGET}
    for name, text in texts.items():
        try:
            act(case, text)
        except Refused as refusal:
            if refusal.code == "database_away":
                crashed[name] = "database_away"
        except Exception as error:
            crashed[name] = f"{type(error).__name__}: {error}"[:200]
    assert crashed == {}
    assert faults(engine) == []
    refused_on_screen(cast, case)


def refused_on_screen(cast: Cast, case: Case) -> None:
    dossier.read(cast.actor("cora"), case.reference)
    assert openpyxl.load_workbook(io.BytesIO(exports.year(cast.actor("dora"), 2026).content))


# Shown as plain text

SHOWN = ":red[MERK] $x^2$ **vet** [x](javascript:alert(1)) ![y](https://evil.invalid/p.png)"


def hostile(cast: Cast, engine: Engine) -> Case:
    """A register in which every word that somebody typed is hostile."""
    with Session(engine) as session, session.begin():
        for account in session.scalars(select(m.Account)):
            account.display_name = f"{SHOWN} {account.name}"
        for unit in session.scalars(select(m.OrgUnit)):
            unit.name = f"{SHOWN} {unit.id}"
    adam = cast.actor("adam")
    calendar_days.add_closing(adam, TODAY, TODAY, SHOWN)
    calendar_days.add_decree_day(adam, TODAY.replace(year=2027), SHOWN, SHOWN)
    hidden = {"immediate_actions": SHOWN, "no_immediate_action": False}
    case = Case.registered(
        "training",
        cast,
        title=SHOWN,
        description=SHOWN,
        complainant_name=SHOWN,
        complainant_contact=SHOWN,
        remedy_requested=SHOWN,
        **hidden,
    )
    with Session(engine) as session, session.begin():  # past the service: a name like everybody's would exclude everybody
        named = {"complaint_id": case.row.id, "relation": Relation.RESPONDENT, "name": SHOWN, "excluded": False}
        session.add(m.Party(**named, added_at=case.row.registered_at))
    cora, ref = cast.actor("cora"), case.reference
    attachments.add(cora, ref, [(f"{SHOWN}.txt".replace("/", ""), b"hallo")])
    steps.log(cora, ref, EventKind.NOTE, TODAY, SHOWN)
    steps.log(cora, ref, EventKind.MESSAGE_RECEIVED, TODAY, SHOWN, subject=SHOWN)
    steps.consult(cast.actor("dora"), ref, case.seen, case.at(1), (cast["piet"],), SHOWN, cast["cora"])
    case.acknowledge().assign()
    steps.refer(
        cora, ref, str(uuid4()), body="other", body_name=SHOWN[:50], stage="desk", submitted_on=TODAY, note=SHOWN,
        case_number=SHOWN[:50],
    )  # fmt: skip
    measure = (MeasureInput(SHOWN, cast["cora"], TODAY),)
    steps.decide(cora, ref, case.seen, case.at(3), Outcome.UPHELD, SHOWN, measure)
    case.answer()
    return case


SCREENS = [
    ("cora", "board", ""),
    ("dora", "board", ""),
    *[("cora", "complaint", tab) for tab in ("overview", "timeline", "messages", "attachments", "notes")],
    ("tom", "complaint", ""),
    ("tom", "intake", ""),
    ("dora", "overview", ""),
    *[("adam", "people", part) for part in ("accounts", "units", "settings", "calendar")],
    ("tom", "help", ""),
    ("tom", "account", ""),
    *[("vera", "appeals", tab) for tab in ("appeal", "dossier", "timeline", "messages", "attachments")],
    ("vera", "appeals", "listing"),
]


@pytest.mark.parametrize(("who", "page", "part"), SCREENS)
def test_what_people_typed_is_never_read_as_markdown(cast: Cast, engine: Engine, who: str, page: str, part: str) -> None:
    case = hostile(cast, engine)
    if page == "appeals":
        appeals.lodge(cast.actor("cora"), str(uuid4()), case.reference, None, TODAY, "email", SHOWN)
    query = {"ref": case.reference} if page in ("complaint", "appeals") and part != "listing" else {}

    at = open_page(cast, who, page, **query)
    if page == "people":
        at.segmented_control(key="people.part").set_value(part).run()
    if page in ("complaint", "appeals") and part not in ("", "listing"):
        at.session_state[f"{page}.tab"] = part
        at.run()

    assert not at.exception
    assert [each for each in read_as_markdown(at) if unescaped(each)] == []


def unescaped(words: str) -> bool:
    return ":red[MERK]" in words or "[x](javascript" in words or "**vet**" in words


def read_as_markdown(at: AppTest) -> list[str]:
    """Everything on the screen that Streamlit draws as Markdown."""
    bodies = (at.title, at.header, at.subheader, at.caption, at.markdown, at.info, at.success, at.warning, at.error)
    found = [str(each.value) for kind in bodies for each in kind]
    labelled = (at.button, at.checkbox, at.radio, at.selectbox, at.multiselect, at.text_input, at.text_area, at.toggle)
    found += [str(each.label) for kind in labelled for each in kind]
    found += [str(each.label) for each in (*at.expander, *at.metric, *at.tabs)]
    return found + [str(option) for each in at.radio for option in each.options]


# In files


@pytest.mark.parametrize("name", ["formula", "html", "markdown", "a template", "right to left", "emoji"])
def test_a_name_stays_a_name_in_the_export_and_in_letters(cast: Cast, engine: Engine, name: str) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.OrgUnit, cast.units["noord"]).name = ODD[name]
        session.get_one(m.Account, cast["cora"]).display_name = ODD[name]
        session.get_one(m.Setting, "organisation").value = ODD[name]
    case = Case.registered("training", cast, complainant_name=ODD[name], title=ODD[name]).in_progress()
    hans, letter = cast.actor("hans"), case.letter("hans", LetterType.PROGRESS, TODAY)

    book = openpyxl.load_workbook(io.BytesIO(exports.year(cast.actor("dora"), 2026).content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert letters.preview_pdf(hans, case.reference, letter).startswith(b"%PDF-")
    words = "\n".join(each.text for each in Document(io.BytesIO(letters.preview_docx(hans, case.reference, letter))).paragraphs)
    assert "49" not in words.split()
    assert "Best" in words or "Geacht" in words
