"""Small real files for tests of attachments."""

from __future__ import annotations

import io
import zipfile
from functools import cache

import typst
from docx import Document
from PIL import Image


@cache
def pdf() -> bytes:
    return bytes(typst.compile(b"Beste mevrouw, dit is een brief."))


@cache
def image(kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (12, 8), "orange").save(made, kind)
    return made.getvalue()


@cache
def document() -> bytes:
    made = io.BytesIO()
    brief = Document()
    brief.add_paragraph("Beste mevrouw, dit is een brief.")
    brief.save(made)
    return made.getvalue()


def packed(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name, content)
    return made.getvalue()
