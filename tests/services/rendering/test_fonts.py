from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.rendering.fonts import FONTS, printable, unprintable
from tests.services.rendering.sheets import ODD, UNPRINTABLE


@pytest.mark.parametrize("name", ODD)
def test_what_people_in_the_netherlands_type_can_be_printed(name: str) -> None:
    assert unprintable(ODD[name]) == ()
    assert printable(ODD[name]) == ODD[name]


@pytest.mark.parametrize("name", UNPRINTABLE)
def test_a_sign_that_the_font_lacks_is_named(name: str) -> None:
    text, sign = UNPRINTABLE[name]

    assert sign in unprintable(text)


def test_a_sign_is_named_once_in_the_order_of_the_text() -> None:
    assert unprintable("✓ a → b ✓ ✓") == ("✓", "→")


def test_more_accents_than_unicode_allows_are_named_and_left_out() -> None:
    assert printable("z" + "\u0301" * 500) == "z" + "\u0301" * 30
    assert unprintable("z" + "\u0301" * 500) == ("U+0301 COMBINING ACUTE ACCENT",)
    assert unprintable(("z" + "\u0301" * 30) * 5) == ()


def test_an_invisible_sign_is_left_out_and_a_visible_one_is_marked() -> None:
    assert printable("a\u202eb😀c") == "ab\ufffdc"


@settings(deadline=None)
@given(st.text())
def test_what_was_made_printable_is(text: str) -> None:
    assert unprintable(printable(text)) == ()


def test_the_fonts_come_with_their_licence_and_are_small() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 3_000_000
