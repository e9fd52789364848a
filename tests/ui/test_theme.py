"""The colours of the screen can be told apart: contrast as WCAG 2 reckons it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

THEME = tomllib.loads(Path(".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]
TINT = 0.1  # how much of the accent lies behind the letters of what is selected

Colour = tuple[float, float, float]


def colour(written: str) -> Colour:
    return int(written[1:3], 16), int(written[3:5], 16), int(written[5:7], 16)


def mixed(front: Colour, back: Colour, share: float) -> Colour:
    red, green, blue = (share * one + (1 - share) * other for one, other in zip(front, back, strict=True))
    return red, green, blue


def luminance(of: Colour) -> float:
    red, green, blue = ((each / 255) / 12.92 if each <= 10 else ((each / 255 + 0.055) / 1.055) ** 2.4 for each in of)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_and_buttons_can_be_read(name: str) -> None:
    theme = THEME[name]
    places = [theme, theme["sidebar"]]

    for place in places:
        for ground in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(colour(theme["textColor"]), colour(place[ground])) >= 7
            assert contrast(colour(theme["linkColor"]), colour(place[ground])) >= 4.5
    assert contrast((255, 255, 255), colour(theme["primaryColor"])) >= 4.5


@pytest.mark.parametrize(("name", "least"), [("light", 4.5), ("dark", 4.0)])
def test_what_is_selected_can_be_read(name: str, least: float) -> None:
    accent, ground = colour(THEME[name]["primaryColor"]), colour(THEME[name]["backgroundColor"])

    assert contrast(accent, ground) >= least
    assert contrast(accent, mixed(accent, ground, TINT)) >= least
