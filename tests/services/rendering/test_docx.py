from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as File
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Refused
from domain.texts import clean
from services.rendering.docx import LETTERHEAD, render
from tests.services.rendering.sheets import ODD, SHEET, UNPRINTABLE, sheet


def opened(content: bytes) -> File:
    return Document(BytesIO(content))


def printed(file: File) -> list[tuple[str, str]]:
    return [(paragraph.style.name, paragraph.text) for paragraph in file.paragraphs]  # type: ignore[union-attr]


def test_the_letter_stands_in_order_in_real_styles() -> None:
    assert printed(opened(render(SHEET))) == [
        ("Sender", "Bureau Voorbeeld"),
        ("Sender details", "Dorpsstraat 1, 1234 AB Voorbeeldstad\nhttps://voorbeeld.invalid"),
        ("Normal", "Mevrouw A. de Wit\nKerkstraat 2"),
        ("Normal", "Voorbeeldstad, 21 november 2026\nOns kenmerk: K26-7F3Q9"),
        ("Heading 1", "Ons besluit over uw klacht"),
        ("Normal", "Geachte mevrouw De Wit,"),
        ("Normal", "Op 2 november 2026 ontvingen wij uw klacht."),
        ("Heading 2", "Wat gaan wij doen?"),
        ("List Bullet", "Wij controleren de ophaallijst (uiterlijk op maandag 14 december 2026)"),
        ("List Bullet", "Wij bellen u"),
        ("Normal", "Onze privacyregels leest u op https://voorbeeld.invalid/privacy"),
        ("Normal", "Met vriendelijke groet,\nCora Coördinator"),
    ]


def test_the_footer_has_the_reference_and_the_page() -> None:
    footer = opened(render(SHEET)).sections[0].footer

    assert footer.paragraphs[0].text == "Ons kenmerk K26-7F3Q9\tpagina 1 van 1"
    assert [each.text for each in footer._element.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]


def test_the_file_is_in_dutch_and_says_what_it_is() -> None:
    file = opened(render(SHEET))

    about = file.core_properties
    assert (about.title, about.language, about.author) == ("Ons besluit over uw klacht", "nl-NL", "Bureau Voorbeeld")
    assert about.last_modified_by == "Bureau Voorbeeld"
    languages = {each.get(qn("w:val")) for each in file.styles.element.iter(qn("w:lang"))}
    assert languages == {"nl-NL"}


@pytest.mark.parametrize("name", [*ODD, *UNPRINTABLE])
def test_what_somebody_typed_stands_there_as_it_is(name: str) -> None:
    text = ODD.get(name) or UNPRINTABLE[name][0]

    file = opened(render(sheet(text, subject=f"Over {text[:60]}".replace("\n", " "))))

    assert ("Normal", text) in printed(file)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_any_text_that_the_register_keeps_can_be_a_letter(text: str) -> None:
    try:
        typed = clean(text)
    except Refused:
        return

    made = "".join(words for _, words in printed(opened(render(sheet(typed or "leeg")))))

    wanted = (typed or "leeg").replace("- ", "", 1) if typed.startswith("- ") else typed or "leeg"
    assert "".join(wanted.split()).replace("-", "") in "".join(made.split()).replace("-", "")


@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\x00", "\x07", "\x0c", "\ud800", "\x1f"])
def test_what_no_word_file_can_hold_is_marked(sign: str) -> None:
    file = opened(render(sheet(f"voor{sign}na", subject=f"Over{sign}", organisation=f"B{sign}")))

    assert ("Normal", "voor\ufffdna") in printed(file)
    assert file.core_properties.title == "Over\ufffd"


def test_the_letterhead_is_what_its_script_makes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from services.rendering import make_letterhead

    monkeypatch.setattr(make_letterhead, "LETTERHEAD", tmp_path / "letterhead.docx")
    make_letterhead.make()

    def parts(path: Path) -> dict[str, bytes]:
        with zipfile.ZipFile(path) as file:
            return {name: file.read(name) for name in file.namelist()}

    assert parts(tmp_path / "letterhead.docx") == parts(LETTERHEAD)


def letterhead(path: Path, *paragraphs: str) -> Path:
    file = Document()
    for words in paragraphs:
        file.add_paragraph(words)
    file.save(str(path))
    return path


LOOP = ("{%p for block in blocks %}", "{{ block.text }}", "{%p endfor %}")


def test_an_organisation_can_use_its_own_letterhead(tmp_path: Path) -> None:
    own = letterhead(tmp_path / "own.docx", "HUISSTIJL", "{{ reference }}", "{{ subject }}", *LOOP)

    words = [text for _, text in printed(opened(render(SHEET, own)))]

    assert words[:4] == ["HUISSTIJL", "K26-7F3Q9", "Ons besluit over uw klacht", "Geachte mevrouw De Wit,"]


@pytest.mark.parametrize(
    "paragraphs",
    [
        ("{{ reference }}", "{{ subject }}"),  # leaves the letter out
        ("{{ reference }}", "{{ subject }}", "{%p for block in blocks %}"),  # cannot be read
        ("{{ reference }}", "{{ subject }}", *LOOP, "{{ ''.__class__.__mro__ }}"),  # wants to run code
        ("{{ subject }}", *LOOP),  # no reference
    ],
)
def test_a_letterhead_that_would_spoil_a_letter_is_refused(tmp_path: Path, paragraphs: tuple[str, ...]) -> None:
    own = letterhead(tmp_path / "own.docx", *paragraphs)

    with pytest.raises(Refused) as refused:
        render(SHEET, own)

    assert refused.value.code == "letterhead_broken"


def test_a_letterhead_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.docx"
    own.write_bytes(b"geen Word")

    with pytest.raises(Refused) as refused:
        render(SHEET, own)

    assert refused.value.code == "letterhead_broken"
