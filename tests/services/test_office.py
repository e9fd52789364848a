"""What leaves the register opens in LibreOffice: each document and each workbook becomes a PDF there, with the same words."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db import models as m
from domain.vocabulary import Outcome
from services import exports, letters, list_exports, register_export, review_minutes, year_report_files
from services.board_filters import BoardFilter
from services.spreadsheets import FileType
from tests import golden
from tests.cases import Case
from tests.conftest import Cast, need
from tests.fill import make_complaint
from tests.services.test_review_minutes import hold
from tests.services.test_year_report_files import DAY, YEAR
from tests.services.test_year_reports import CHILDCARE, approve, fill_a_year, finished, maker, together, write

Convert = Callable[[dict[str, bytes]], dict[str, PdfReader]]
A4 = [595, 842]  # points
ACCENTS = "Eén reünie, coöperatief en geüpload; naïef, ’s avonds – klaar … € ½ Ĳ ß ñ"


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Files by name become PDFs by the same name, all of them in one start of the program, with settings of its own."""
    office = shutil.which("soffice")
    if office is None:
        need("LibreOffice")
    settings = tmp_path_factory.mktemp("office").as_uri()

    def converted(files: dict[str, bytes]) -> dict[str, PdfReader]:
        folder = tmp_path_factory.mktemp("papers")
        for name, content in files.items():
            (folder / name).write_bytes(content)
        command = [str(office), "--headless", f"-env:UserInstallation={settings}", "--convert-to", "pdf", "--outdir"]
        done = subprocess.run(
            [*command, str(folder), *(str(folder / name) for name in files)], timeout=300, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        made = {name: PdfReader((folder / name).with_suffix(".pdf")) for name in files}
        for name, pdf in made.items():
            assert pdf.pages, name
            for page in pdf.pages:
                assert sorted((round(page.mediabox.width), round(page.mediabox.height))) == A4, name
        return made

    return converted


def text_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def pictures(pdf: PdfReader) -> int:
    """Each of them once: a page can name those of another page too."""
    return len({each.indirect_reference for page in pdf.pages for each in page.images})


def has(pdf: PdfReader, *words: str) -> None:
    """Without its spaces: where a line ends, or a cell, is up to the program."""
    here = re.sub(r"\s", "", text_of(pdf))
    for each in words:
        assert re.sub(r"\s", "", each) in here, each


@pytest.mark.parametrize("profile", [CHILDCARE])
def test_the_klachtenverslag_and_its_public_version(engine: Engine, cast: Cast, profile: str, convert: Convert) -> None:
    fill_a_year(engine, cast)
    together(cast)
    write(cast, "summary", ACCENTS)
    finished(cast)
    approve(cast)
    who = cast.actor(maker(cast))

    made = convert(
        {
            "klachtenverslag.docx": year_report_files.as_docx(who, YEAR),
            "openbaar.docx": year_report_files.public_docx(who, YEAR),
        }
    )

    has(made["klachtenverslag.docx"], *golden.pieces("klachtenverslag.txt"))
    assert pictures(made["klachtenverslag.docx"]) == 2, "the charts"
    has(made["klachtenverslag.docx"], "pagina 1 van 2")
    has(made["openbaar.docx"], "Klachten in 2025, in het kort", "Ingediend: minder dan 5", ACCENTS, "pagina 1 van 1")


def test_the_papers_and_the_workbooks_of_a_training_bureau(engine: Engine, cast: Cast, convert: Convert) -> None:
    number, cases = hold(cast)
    with Session(engine) as session, session.begin():
        make_complaint(
            session, cast, received_on=DAY, answered_on=DAY, outcome=Outcome.UPHELD, title=ACCENTS,
            category="Organisatie en locatie",
        )  # fmt: skip
    write(cast, "learned", ACCENTS)
    letter = Case.registered("training", cast, description=ACCENTS, complainant_name="Zoë Çelik").acknowledged()
    cora = cast.actor("cora")
    with Session(engine) as session:
        sent = session.scalars(select(m.Message.id).join(m.Complaint).where(m.Complaint.reference == letter.reference)).one()
    register, _ = register_export.fetch(cora, register_export.make(cora).token)

    made = convert(
        {
            "jaarverslag.docx": year_report_files.as_docx(cast.actor(maker(cast)), YEAR),
            "toetsing.docx": review_minutes.as_docx(cora, number),
            "brief.docx": letters.as_docx(cora, sent),
            "werkvoorraad.xlsx": list_exports.of_board(cora, FileType.XLSX, BoardFilter(status="all")),
            "jaaroverzicht.xlsx": exports.year(cora, YEAR).content,
            "register.xlsx": register.read_bytes(),
        }
    )

    has(made["jaarverslag.docx"], ACCENTS, "Jaarverslag klachten 2025", "Wat wij ervan leerden", "Alle cijfers")
    has(made["jaarverslag.docx"], "Klachten per locatie", "Locatie Noord11", "Locatie Zuid00", "Gegrond100 %n.v.t.")
    assert pictures(made["jaarverslag.docx"]) == 2, "the charts"
    has(made["toetsing.docx"], *golden.pieces("toetsing.txt"), cases["plain"].reference, "pagina 2 van 2")
    has(made["brief.docx"], "Bureau Voorbeeld", "Zoë Çelik", letter.reference, "Wij hebben uw klacht ontvangen", ACCENTS)
    everything = (letter.reference, cases["plain"].reference, "Over deze lijst")
    has(made["werkvoorraad.xlsx"], *everything, "Volgende belofte", "Niemand was op tijd", ACCENTS)
    has(made["register.xlsx"], *everything, "Dossiers", "Gebeurtenissen", "Brieven en berichten", "Zoë Çelik", ACCENTS)
    has(made["jaaroverzicht.xlsx"], "Ontvangen klachten", "Gegrond")
    for name in ("werkvoorraad.xlsx", "jaaroverzicht.xlsx", "register.xlsx"):
        assert "###" not in text_of(made[name]), "a number or a day for which the column is too narrow"
