"""The words of a document, all of them and in order, as they were looked at and kept in tests/data. After a change that is
meant, make them again and read the difference in git:
`WEERKLANK_REMAKE_GOLDEN=1 .venv/bin/python -m pytest tests/services -k "year_report_files or review_minutes"`
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

from docx import Document

DATA = Path(__file__).resolve().parent / "data"
_REFERENCE = re.compile(r"\bK(\d\d)-[0-9A-Z]{5,6}\b")


def words_of(content: bytes) -> str:
    """Every word of a .docx, tables too, in order."""
    document = Document(io.BytesIO(content))
    return "\n".join(
        "\n".join(" | ".join(cell.text for cell in row.cells) for row in part.rows) if hasattr(part, "rows") else part.text
        for part in document.iter_inner_content()
    )


def compare(name: str, words: str) -> None:
    """References are drawn by lot: the first one is K26-1, the next one K26-2."""
    given: dict[str, str] = {}
    plain = _REFERENCE.sub(lambda found: given.setdefault(found[0], f"K{found[1]}-{len(given) + 1}"), words)
    if os.environ.get("WEERKLANK_REMAKE_GOLDEN"):
        (DATA / name).write_text(plain.rstrip() + "\n")
    assert plain.rstrip() + "\n" == (DATA / name).read_text()


def pieces(name: str) -> list[str]:
    """Its paragraphs and cells, without those in which a reference stands."""
    found = [piece.strip() for line in (DATA / name).read_text().splitlines() for piece in line.split(" | ")]
    return [piece for piece in found if piece and not re.search(r"\bK\d\d-\d+\b", piece)]
