"""Words of people in places that read Markdown."""

from __future__ import annotations

import pytest

from domain.errors import Refused
from tests.conftest import TODAY
from ui.session import in_badge, literal, sentence


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("Jan de Wit", "Jan de Wit"),
        ("**vet**", r"\*\*vet\*\*"),
        ("    vier spaties", "vier spaties"),  # would be code
        ("een\n    twee", "een\ntwee"),
        ("a -> b", "a \\-\u2060\\> b"),
        ("www.evil.invalid", "www\u2060\\.evil\\.invalid"),
        ("https://evil.invalid", "https\\:\u2060\\/\\/evil\\.invalid"),
        ("a@evil.invalid", "a\u2060\\@evil\\.invalid"),
        (":streamlit:", "\\:\u2060streamlit\\:"),
    ],
)
def test_signs_are_only_signs(typed: str, drawn: str) -> None:
    assert literal(typed) == drawn


def test_a_badge_keeps_its_own_brackets() -> None:
    assert in_badge("[x](y)") == r"[x]\(y\)"


def test_words_in_a_refusal_are_text_too() -> None:
    refusal = Refused("day_known", name="![x](https://evil.invalid)", day=TODAY)

    assert "![x](" not in sentence(refusal)
    assert "![x](" in sentence(refusal, str)
