"""Which typed names look like a colleague's."""

from __future__ import annotations

import time

import pytest

from domain.resemblance import Likeness, resembles

SURE = [
    ("mia manager", "Mia Manager"),
    ("MIA  MANAGER", "Mia Manager"),
    ("Manager, Mia", "Mia Manager"),
    ("M. Manager", "Mia Manager"),
    ("Manager M.", "Mia Manager"),
    ("mevr. M. Manager", "Mia Manager"),
    ("Cora Coordinator", "Cora Coördinator"),
    ("Jan Vries", "Jan de Vries"),
    ("J. v.d. Berg", "Johan van den Berg"),
    ("Vries, Jan de", "Jan de Vries"),
    ("Anne-Marie Jansen", "Anne Marie Jansen"),
    ("Annemarie Jansen", "Anne Marie Jansen"),
    ("K. d'Ancona", "Karel d\u2019Ancona"),
    ("Mia Manager (locatie Noord)", "Mia Manager"),
    ("Mia Manager, teamleider", "Mia Manager"),
    ("leidinggevende Mia Manager", "Mia Manager"),
    ("leidinggevende M. Manager", "Mia Manager"),
    ("Mia Manager-Jansen", "Mia Manager"),
    ("Mia Johanna Manager", "Mia Manager"),
    ("mia.manager@school.nl", "Mia Manager"),
    ("Mia Manager en Hans Behandelaar", "Mia Manager"),
    ("Mia Manager en Hans Behandelaar", "Hans Behandelaar"),
]
MAYBE = [
    ("Mia Maneger", "Mia Manager"),
    ("Corra Coordinator", "Cora Coördinator"),
    ("Mia Managre", "Mia Manager"),
    ("Mia Mannager", "Mia Manager"),
    ("M. Maneger", "Mia Manager"),
    ("meneer Manager", "Mia Manager"),
    ("Mia", "Mia Manager"),
    ("Manager", "Mia Manager"),
    ("Juf Mia", "Mia Manager"),
    ("meester Jan", "Jan de Vries"),
    ("Meester", "Jan Meester"),
    ("Jan", "Jan Meester"),
]
NOT = [
    ("Karel Onbekend", "Mia Manager"),
    ("P. Manager", "Mia Manager"),
    ("Piet Manager", "Mia Manager"),
    ("Mia de Boer", "Mia Manager"),
    ("Jan", "Jas de Vries"),
    ("Juf Petra", "Mia Manager"),
    ("Mia uit de keuken", "Mia Manager"),
    ("Jan de Vries (locatie Noord)", "Jan Meester"),
    ("de gastvrouw", "Tom Trainer van Dam"),
    ("", "Mia Manager"),
    ("...", "Mia Manager"),
    ("M.", "Mia Manager"),
    ("de", "Mia Manager"),
]


@pytest.mark.parametrize(("typed", "known"), SURE)
def test_another_way_to_write_the_name(typed: str, known: str) -> None:
    assert resembles(typed, known) is Likeness.SURE


@pytest.mark.parametrize(("typed", "known"), MAYBE)
def test_a_slip_or_half_a_name(typed: str, known: str) -> None:
    assert resembles(typed, known) is Likeness.MAYBE


@pytest.mark.parametrize(("typed", "known"), NOT)
def test_somebody_else(typed: str, known: str) -> None:
    assert resembles(typed, known) is None


def test_a_long_text_and_many_colleagues_take_no_time() -> None:
    colleagues = [f"Persoon{n} van der Achternaam{n}" for n in range(1000)]
    began = time.thread_time()
    for each in colleagues:
        resembles("Jan Pietersen " * 15, each)
    assert time.thread_time() - began < 0.5
