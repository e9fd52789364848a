"""One sheet for the tests of what is printed."""

from __future__ import annotations

from dataclasses import replace

from domain.letters import blocks
from services.rendering import Sheet

BODY = """Geachte mevrouw De Wit,

Op 2 november 2026 ontvingen wij uw klacht.

Wat gaan wij doen?

- Wij controleren de ophaallijst (uiterlijk op maandag 14 december 2026)
- Wij bellen u

Onze privacyregels leest u op https://voorbeeld.invalid/privacy

Met vriendelijke groet,
Cora Coördinator"""

SHEET = Sheet(
    organisation="Bureau Voorbeeld",
    sender_lines=("Dorpsstraat 1, 1234 AB Voorbeeldstad", "https://voorbeeld.invalid"),
    addressee=("Mevrouw A. de Wit", "Kerkstraat 2"),
    place_and_date="Voorbeeldstad, 21 november 2026",
    reference="K26-7F3Q9",
    subject="Ons besluit over uw klacht",
    blocks=blocks(BODY, ["Wat gaan wij doen?"]),
    labels={"reference": "Ons kenmerk", "page": "pagina", "of": "van"},
    links=("https://voorbeeld.invalid/privacy", "https://voorbeeld.invalid"),
)


def sheet(body: str, **changed: object) -> Sheet:
    return replace(SHEET, blocks=blocks(body), **changed)  # type: ignore[arg-type]


# Typed by people; all of it is text.
ODD = {
    "markup of the page": "<b>vet</b> & <script>alert(1)</script> <w:p/> &amp; &#60; ]]>",
    "markup of the template": "{{ 7*7 }} {% for x in y %} {{ self.__init__ }} {# weg #} {_{ x }_} {_% x %_}",
    "markup of typst": "#strong[x] $a^2$ *vet* _schuin_ `code` @bron "
    '<label> // weg /* weg */ \\ #sys.inputs #read("/etc/passwd") = kop',
    "markup of mail": "[klik](javascript:alert(1)) ![x](https://kwaad.invalid/x.png) https://kwaad.invalid/volg",
    "formula": '=HYPERLINK("https://kwaad.invalid") +1 -1 @x',
    "accents": "Çağrı Şahin, Łukasz, Zoë, Ångström, ĳsvrij, Nguyễn, Ελένη, Жанна",
    "a very long word": "x" * 5_000,
    "a very long address": "https://kwaad.invalid/" + "a/b-c_" * 300,
    "many lines": "\n".join(f"regel {number}" for number in range(300)),
    "spaces and tabs": "a  b\tc   d",
    "quotes": "'enkel' \"dubbel\" ‘ ’ “ ” „laag” ‹›«»",
}
UNPRINTABLE = {
    "emoji": ("Dank u 😀👨‍👩‍👧 wel", "😀"),
    "right to left": ("Mijn naam is שלום עולם", "ש"),
    "arabic": ("الشكوى مهمة", "ا"),
    "turned round": ("abc\u202ednoces", "U+202E RIGHT-TO-LEFT OVERRIDE"),
    "chinese": ("投诉", "投"),
    "private use": ("a\ue000b", "U+E000"),
    "tags": ("a\U000e0041b", "U+E0041 TAG LATIN CAPITAL LETTER A"),
    "zalgo of a far country": ("z" + "\u0f35" * 50, "U+0F35 TIBETAN MARK NGAS BZUNG NYI ZLA"),
}
