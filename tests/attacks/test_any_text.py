"""P14: any text there is: kept as it was typed or refused in a sentence, and shown and exported as it is kept (security.md,
section 3). The list by name and by field stands in test_odd_texts.py."""

from __future__ import annotations

import io
import unicodedata

import openpyxl
import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.texts import LONGEST, LONGEST_LINE, clean, line
from domain.vocabulary import EventKind, Relation
from services import board, dossier, parties, steps
from services.board import BoardFilter
from services.parties import Named
from services.rendering import docx
from services.spreadsheets import Sheet, workbook
from tests.attacks.payloads import PAYLOADS
from tests.cases import Case
from tests.conftest import TODAY, Cast
from tests.figures import Figures, so_many
from tests.services.rendering.sheets import sheet

ZALGO = "k" + "".join(chr(0x300 + number % 0x6F) for number in range(500)) + "lacht"
PIECES = (
    "\x00", "\x01", "\x1b[31m", "\x7f", "\x85", "\x9b", "\ud800", "\udfff", "\u202e", "\u2066x\u2069", "\u200b", "\ufeff",
    "👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", ZALGO, "é", "e\u0301", "İstanbul ısı", "ß", "ﬃ", "x" * 40_000, "\r\n", "\r", "\u2028", "\u2029",
    "   ", "\t", "٠١٢٣٤", "१२३", "\ufffe", "\uffff", "\U0010ffff", "\u3000", "\u00a0", "=1+1", "_x0041_", *PAYLOADS,
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(exclude_categories=()), max_size=40),  # surrogates and unassigned too
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=6).map("".join),
)
ANY = settings(
    max_examples=so_many(10_000, 60), deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def as_typed(text: str) -> str:
    """What may become of a text on its way: NFC, our line ends, no space around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def may_be_refused(text: str, code: str, longest: int) -> bool:
    typed = as_typed(text)
    match code:
        case "text_too_long":
            return len(typed) > longest
        case "text_unreadable":
            return any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in typed)
        case "missing":
            return not any(unicodedata.category(sign)[0] in "LNPS" for sign in typed)
    return False


def test_any_text_is_kept_shown_and_exported_as_typed_or_refused_for_a_reason(
    cast: Cast, engine: Engine, figures: Figures
) -> None:
    case, cora = Case.registered("training", cast), cast.actor("cora")
    kept: list[str] = []
    tries = [0]

    @ANY
    @given(TEXTS)
    def one(text: str) -> None:
        tries[0] += 1
        try:
            steps.log(cora, case.reference, EventKind.NOTE, TODAY, text)
        except Refused as refusal:
            assert may_be_refused(text, refusal.code, LONGEST), refusal.code  # noqa: PT017 - what was refused is the answer
            return
        kept.append(as_typed(text))

    one()

    with Session(engine) as session:
        rows = session.execute(
            select(m.EventText.text).join(m.Event, m.Event.id == m.EventText.event_id).where(m.Event.kind == EventKind.NOTE)
            .order_by(m.Event.seq)
        )  # fmt: skip
        stored = list(rows.scalars())
    content = dossier.read(cora, case.reference).content
    assert content is not None
    shown = {each.text for each in content.notes}
    assert stored == kept
    assert shown == set(kept)
    figures.equal("P14", "texts changed without a word, or refused without a reason", len(set(stored) ^ set(kept)), 0)
    figures.at_least("P14", "texts tried", tries[0], so_many(10_000, 50))


@ANY
@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_sheet_says_what_was_kept(texts: list[str]) -> None:
    rows = []
    for text in texts:
        try:
            rows.append((clean(text),))
        except Refused:
            continue
    book = openpyxl.load_workbook(io.BytesIO(workbook([Sheet("Blad", ("Kop",), tuple(rows))])))

    back = [str(row[0] or "") for row in book["Blad"].iter_rows(min_row=2, values_only=True)] if rows else []
    wanted = [text for (text,) in rows]
    assert back[: len(wanted)] == ["".join("\ufffd" if sign in "\ufffe\uffff" else sign for sign in text) for text in wanted]


@pytest.mark.parametrize("text", [ZALGO, "İstanbul ısı", "٠١٢٣٤ ٥", "regel\r\neen\rtwee", "👩‍👩‍👧‍👦", "e\u0301e\u0301n"])
def test_a_line_stays_a_line(cast: Cast, engine: Engine, text: str) -> None:
    case = Case.registered("training", cast)
    try:
        parties.add_party(cast.actor("cora"), case.reference, Relation.INVOLVED, Named(name=text))
    except Refused as refusal:
        assert may_be_refused(text, refusal.code, LONGEST_LINE)  # noqa: PT017 - what was refused is the answer
        return

    with Session(engine) as session:
        assert line(text) in session.scalars(select(m.Party.name)).all()


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_a_search_finds_it_however_it_was_composed(cast: Cast, engine: Engine, form: str) -> None:
    case = Case.registered("training", cast, title=unicodedata.normalize("NFD", "Coördinatie in het café"))

    found = board.page(cast.actor("cora"), BoardFilter(text=unicodedata.normalize(form, "coördinatie")))

    assert [row.reference for row in found.rows] == [case.reference]


def test_five_hundred_accents_can_be_a_letter() -> None:
    said = "\n".join(each.text for each in Document(io.BytesIO(docx.render(sheet(ZALGO)))).paragraphs)

    assert "lacht" in said
