"""What is written about the program is true of the program: pictures, labels, steps, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.vocabulary import LetterType
from domain.workflow import StepName
from services.appeal_files import AppealStep
from text import catalogue, translate
from ui.session import HIDDEN, ICONS
from ui.step_forms import FORMS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
HANDBOOK = (DOCS / "handleiding.md").read_text()
README = (ROOT / "README.md").read_text()

_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)\)")
_ITALIC = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?!\*)")


def section(title: str) -> str:
    return HANDBOOK.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_column(text: str) -> set[str]:
    """Of the tables in `text`, without links."""
    cells = (line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|"))
    return {re.sub(r"^\[(.*)\]\(.*\)$", r"\1", cell) for cell in cells}


@pytest.mark.parametrize(
    "page",
    ["README.md", "docs/handleiding.md", "docs/glossary.md", "docs/threat-model.md", "docs/growing.md", "docs/adr/README.md"],
)
def test_every_picture_and_page_that_is_referred_to_exists(page: str) -> None:
    text = (ROOT / page).read_text()
    there = [each for each in _LINK.findall(text) if "://" not in each]

    missing = [each for each in there if not (ROOT / page).parent.joinpath(each).exists()]

    assert not missing


def test_every_picture_is_used_and_small() -> None:
    pictures = {path.relative_to(DOCS).as_posix(): path.stat().st_size for path in DOCS.glob("images/**/*.png")}
    used = set(_LINK.findall(HANDBOOK)) | {each.removeprefix("docs/") for each in _LINK.findall(README)}

    assert set(pictures) <= used
    assert all(size < 120_000 for size in pictures.values())
    assert sum(pictures.values()) < 5_000_000


def test_every_page_of_the_menu_has_a_chapter() -> None:
    menu = [name for name in ICONS if name not in HIDDEN and (ROOT / "pages" / f"{name}.py").is_file()]

    assert [name for name in menu if f"\n## {translate('nl', f'menu.{name}')}\n" not in HANDBOOK] == []


def test_every_step_is_in_the_table_with_its_picture() -> None:
    steps = section("Alle stappen")

    assert {translate("nl", f"step.{name}") for name in StepName} | {"stap", "---"} == first_column(steps)
    assert [name for name in FORMS if f"({(DOCS / f'images/steps/{name}.png').relative_to(DOCS)})" not in steps] == []


def test_every_step_of_an_appeal_and_every_letter_is_in_its_table() -> None:
    assert {translate("nl", f"appeals.step.{name}") for name in AppealStep} <= first_column(section("Beroep"))
    assert {translate("nl", f"letter_type.{name}") for name in LetterType} <= first_column(section("Brieven"))


def test_what_stands_in_italics_is_what_stands_on_the_screen() -> None:
    said = {part.strip() for message in catalogue("nl").values() for part in (message, re.split(r"\s?[({:]", message)[0])}

    assert {label for label in _ITALIC.findall(re.sub("`[^`]*`", "", HANDBOOK)) if label not in said} == set()


def test_every_command_of_the_readme_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", README, re.MULTILINE))

    assert named
    assert named <= targets


def test_the_words_of_the_glossary_are_in_the_code() -> None:
    code = "\n".join(path.read_text() for folder in ("db", "domain", "services") for path in (ROOT / folder).rglob("*.py"))
    code += "\n".join(path.read_text() for path in (ROOT / "db" / "profiles").glob("*.toml"))
    identifiers = [
        part for each in re.findall(r"\| `([^`]+)` \|", (DOCS / "glossary.md").read_text()) for part in each.split(".")
    ]

    assert [each for each in identifiers if not re.search(rf"\b{re.escape(each)}\b", code)] == []


def test_every_figure_of_the_security_tests_has_a_threat_and_every_test_that_is_named_exists() -> None:
    said = (DOCS / "threat-model.md").read_text()
    measured = {
        number for path in (ROOT / "tests").rglob("test_*.py") for number in re.findall(r"\"(P\d+)\"", path.read_text())
    }

    assert measured - set(re.findall(r"P\d+", said)) == set()
    assert [name for name in re.findall(r"`(tests/[\w/.]+)`", said) if not (ROOT / name).is_file()] == []
    assert set(re.findall(r"^\| (T\d+) ", said, re.MULTILINE)) == {f"T{number}" for number in range(1, 21)}
