"""Whatever the rules and the services refuse, a person reads a sentence: in Dutch and in English, with every place filled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.vocabulary import CloseReason
from domain.workflow import TABLE, AttemptResult, Ground, StepName
from text import LANGUAGES, catalogue

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path for layer in ("domain", "services") for path in (ROOT / layer).rglob("*.py"))
PLACE = re.compile(r"\{(\w+)\}")


def literals(node: ast.AST) -> Iterator[str]:
    """The texts that an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def refusals(tree: ast.AST) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Codes, with the names of the values that come along (None: not told here)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        values = frozenset(word.arg for word in node.keywords if word.arg and word.arg != "field")
        if name == "Refused" and node.args:
            yield from ((code, values) for code in literals(node.args[0]))
        elif name == "Guard" and node.args:
            yield from ((code, None) for code in literals(node.args[0]))
        for word in node.keywords:
            if word.arg == "too_early":
                yield from ((code, frozenset({"earliest"})) for code in literals(word.value))


FOUND = sorted(
    {(code, values, path.name) for path in SOURCES for code, values in refusals(ast.parse(path.read_text()))},
    key=lambda each: (each[0], each[2]),
)


def test_the_refusals_are_found() -> None:
    assert {"missing", "expert_first", "before_received", "incomplete"} <= {code for code, _, _ in FOUND}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "values", "file"), FOUND)
def test_a_refusal_is_a_sentence(code: str, values: frozenset[str] | None, file: str, language: str) -> None:
    sentence = catalogue(language).get(f"refused.{code}", "")

    assert sentence.endswith((".", "?")), f"refused.{code} ({file})"
    if values is not None:
        assert set(PLACE.findall(sentence)) <= values


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_closing_can_miss_has_a_name(language: str) -> None:
    codes = {guard.code for row in TABLE if row.step is StepName.CLOSE for guard in row.guards}

    assert {f"gap.{code}" for code in codes} <= set(catalogue(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_and_choice_has_a_label(language: str) -> None:
    wanted = {f"step.{each}" for each in StepName} | {f"ground.{each}" for each in Ground}
    wanted |= {f"attempt_result.{each}" for each in AttemptResult} | {f"close_reason.{each}" for each in CloseReason}

    assert wanted <= set(catalogue(language))


@pytest.mark.parametrize("reason", ["close_reason", "appeal_still_possible", "no_appeal_term", "no_external_ruling"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_why_a_closing_reason_does_not_fit_is_a_sentence(reason: str, language: str) -> None:
    assert f"refused.{reason}" in catalogue(language)
