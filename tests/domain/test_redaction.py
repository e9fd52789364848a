"""The second net under the log. All numbers are made up; those of citizens only pass the eleven test."""

from __future__ import annotations

import pytest

from domain.redaction import redacted
from services import complaints, handing_over


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail naar jan.de-vries+klacht@post.voorbeeld.invalid.", "mail naar [mail]"),
        ("<zoë@voorbeeld.invalid>", "<[mail]>"),
        ("bsn 111222333 fout", "bsn [bsn] fout"),
        ("BSN: 1112.22.333", "BSN: [bsn]"),
        ("bsn=123456782, naam", "bsn=[bsn], naam"),
        ("06-12345678", "[phone]"),
        ("bel 0612345678 of +31 6 1234 5678", "bel [phone] of [phone]"),
        ("(010) 123 45 67 en 010-1234567", "[phone] en [phone]"),
        ("0031612345678", "[phone]"),
        ("+31 (0)6 12345678", "[phone]"),
        ("NL91 ABNA 0417 1643 00 x", "[bank] x"),
        ("nl91abna0417164300", "[bank]"),
        ("/complaint?ref=K26-7F3Q9", "/complaint?ref=[dossier]"),
    ],
)
def test_what_looks_like_somebodys_goes(text: str, left: str) -> None:
    assert redacted(text) == left


@pytest.mark.parametrize("series", sorted({complaints.SERIES, *handing_over.SERIES.values()}))
@pytest.mark.parametrize("around", ["{}", "ref={}&x", "verslag_{}_2.pdf", "/complaint/{}."])
def test_a_dossier_of_any_series_goes_however_it_is_typed(series: str, around: str) -> None:
    for typed in (f"{series}26-C854Q", f"{series}26-c854q".lower()):
        assert redacted(around.format(typed)) == around.format("[dossier]")


@pytest.mark.parametrize(
    "text",
    [
        "Uvicorn running on http://127.0.0.1:8501 (Press CTRL+C to quit)",
        "2026-11-21T20:11:02+0100 error",
        "111222334",  # no citizen service number
        "services/door.py:203",
        "reference 3fa91c07",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Dossiers: 12. Events: 1000000.",
        "version 1.67.0",
        "",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert redacted(text) == text
