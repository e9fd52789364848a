from __future__ import annotations

import unicodedata
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from domain.texts import clean
from services.rendering.fonts import printable
from services.rendering.pdf import render
from tests.services.rendering.sheets import ODD, SHEET, UNPRINTABLE, sheet


def reader(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def bare(text: str) -> str:
    """Without what a printer decides: line ends, places to break, hyphens at the end of a line."""
    kept = (sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    return "".join("".join(kept).split())


def printed(content: bytes) -> str:
    pages = (page.extract_text() for page in reader(content).pages)
    return bare("".join(page[: page.rindex("Ons kenmerk")] for page in pages))  # without the footer


def tags(content: bytes) -> list[str]:
    """The kinds of the structure elements, in reading order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader(content).trailer["/Root"]["/StructTreeRoot"]["/K"])
    return found


def test_the_letter_stands_on_the_page_in_order() -> None:
    text = printed(render(SHEET))

    positions = [
        text.index(bare(words))
        for words in (
            "Bureau Voorbeeld",
            "Dorpsstraat 1, 1234 AB Voorbeeldstad",
            "Mevrouw A. de Wit",
            "Voorbeeldstad, 21 november 2026",
            "Ons kenmerk: K26-7F3Q9",
            "Ons besluit over uw klacht",
            "Geachte mevrouw De Wit,",
            "Wat gaan wij doen?",
            "Wij controleren de ophaallijst (uiterlijk op maandag 14 december 2026)",
            "Wij bellen u",
            "https://voorbeeld.invalid/privacy",
            "Met vriendelijke groet,",
            "Cora Coördinator",
        )
    ]
    assert positions == sorted(positions)


def test_the_file_is_accessible() -> None:
    content = render(SHEET)
    root = reader(content).trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nl-NL"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader(content).metadata.title == "Ons besluit over uw klacht"  # type: ignore[union-attr]
    assert b"pdfuaid:part>1<" in root["/Metadata"].get_data()


def test_headings_paragraphs_lists_and_links_are_tagged() -> None:
    found = tags(render(SHEET))

    assert found.count("/H1") == 1
    assert found.count("/H2") == 1
    assert found.index("/H1") < found.index("/H2") < found.index("/L")
    assert found.count("/LI") == 2
    assert found.count("/Link") == 2
    assert found.count("/P") >= 8


def test_only_our_own_addresses_are_links() -> None:
    content = render(sheet("Zie https://voorbeeld.invalid/privacy of https://kwaad.invalid/x of javascript:alert(1)"))

    links = {note.get_object()["/A"]["/URI"] for page in reader(content).pages for note in page.get("/Annots", ())}
    assert links == {"https://voorbeeld.invalid", "https://voorbeeld.invalid/privacy"}


def test_an_address_that_only_begins_like_ours_is_no_link() -> None:
    content = render(sheet("Zie https://voorbeeld.invalid/privacy/../../kwaad en https://voorbeeld.invalid.kwaad.nl"))

    links = [note.get_object()["/A"]["/URI"] for page in reader(content).pages for note in page.get("/Annots", ())]
    assert links == ["https://voorbeeld.invalid"]  # the one in the letterhead


@pytest.mark.parametrize("address", ["https://voorbeeld.invalid/😀", "https://voorbeeld.invalid/" + "a" * 300])
def test_an_odd_address_of_our_own_is_printed_and_is_a_link(address: str) -> None:
    content = render(sheet(f"Zie {address}", links=(address,), sender_lines=()))

    found = {note.get_object()["/A"]["/URI"] for note in reader(content).pages[0]["/Annots"]}
    assert {each.decode() if isinstance(each, bytes) else each for each in found} == {address}
    assert "voorbeeld.invalid" in printed(content)


def test_the_fonts_are_inside() -> None:
    fonts = reader(render(SHEET)).pages[0]["/Resources"]["/Font"]

    names = {str(font.get_object()["/BaseFont"]).split("+")[-1] for font in fonts.values()}
    assert names <= {"NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic"}


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert render(SHEET) == render(SHEET)


@pytest.mark.parametrize("name", ODD)
def test_what_somebody_typed_is_printed_as_it_is(name: str) -> None:
    content = render(sheet(ODD[name]))

    wanted = ODD[name].removeprefix("- ")
    assert bare(wanted) in printed(content).replace("\u2010", "")


def test_a_long_word_stays_on_the_paper() -> None:
    pages = reader(render(sheet("x" * 5_000))).pages

    lines = [line for page in pages for line in page.extract_text().replace("\u200b", "").splitlines() if "xxxx" in line]
    assert len(lines) > 40
    assert max(len(line) for line in lines) < 120


@pytest.mark.parametrize("name", UNPRINTABLE)
def test_a_sign_that_the_font_lacks_does_not_stop_the_letter(name: str) -> None:
    text, _ = UNPRINTABLE[name]

    assert bare(printable(text)) in printed(render(sheet(text)))


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_any_text_can_be_printed(text: str) -> None:
    typed = clean(text)

    assert render(sheet(typed, subject=f"Brief {typed[:80]}", organisation=f"B {typed[:40]}")).startswith(b"%PDF")


@pytest.mark.parametrize(
    "text", ["z" + "\u0301" * 19_000, "a\u00ad" * 9_900, "- a\n" * 5_000, "\u200b" * 20_000, "a-b" * 6_600]
)
def test_a_text_made_to_stop_the_printer_does_not(text: str) -> None:
    # Gigabytes and minutes without the limits of services/rendering/fonts.py.
    assert printed(render(sheet(f"Brief\n\n{text}"))).startswith("BureauVoorbeeld")


def test_an_organisation_without_a_name_or_an_address_can_still_preview() -> None:
    bare_sheet = sheet("Tekst.", organisation="", sender_lines=(), addressee=(), place_and_date="")

    assert "Tekst." in printed(render(bare_sheet))


def test_a_long_letter_gets_numbered_pages() -> None:
    pages = reader(render(sheet("\n\n".join(["Een alinea. " * 40] * 40)))).pages

    assert len(pages) > 3
    assert f"pagina 2 van {len(pages)}" in pages[1].extract_text()


def test_a_draft_says_so() -> None:
    assert "Concept" in reader(render(sheet("a", draft="Concept, nog niet verzonden"))).pages[0].extract_text()
    assert "Concept" not in reader(render(sheet("a"))).pages[0].extract_text()


def test_a_date_is_not_broken_over_two_lines() -> None:
    content = render(sheet("Wij doen dit " + "echt " * 11 + "uiterlijk op maandag 14 december 2026 en " + "niet later " * 9))

    assert "14\u00a0december\u00a02026" in reader(content).pages[0].extract_text()


def test_an_address_and_an_e_mail_are_not_broken_either() -> None:
    words = " ".join(f"{'x' * number} e-mail https://voorbeeld.invalid/privacy" for number in range(1, 30))

    lines = reader(render(sheet(words))).pages[0].extract_text().replace("\u2060", "").splitlines()

    assert not [line for line in lines if line.rstrip().endswith(("e-", "https:", "https://voorbeeld.", "invalid/"))]
