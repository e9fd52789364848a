"""Every coded word has a label in every language."""

from __future__ import annotations

import re
from enum import EnumType, StrEnum

import pytest

from domain import vocabulary
from domain.rights import Role
from text import LANGUAGES, catalogue

ENUMS: list[EnumType] = [
    value for value in vars(vocabulary).values() if isinstance(value, EnumType) and value is not StrEnum
] + [Role]


def snake(enum: EnumType) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", enum.__name__).lower()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("enum", ENUMS, ids=snake)
def test_every_value_has_a_label(enum: EnumType, language: str) -> None:
    words = catalogue(language)

    missing = [f"{snake(enum)}.{value}" for value in enum if f"{snake(enum)}.{value}" not in words]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("enum", ENUMS, ids=snake)
def test_no_two_values_read_the_same(enum: EnumType, language: str) -> None:
    labels = [catalogue(language)[f"{snake(enum)}.{value}"] for value in enum]

    assert len(labels) == len(set(labels))
