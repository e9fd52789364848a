"""No service answers a stranger. Every public function of services/ that takes an actor is found here by itself, so a new one
cannot forget its door."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

import pytest

import services
from domain.errors import Refused
from services.door import Actor
from tests.conftest import TODAY, Cast

STRANGERS = (None, "", "0" * 64, "' OR 1=1 --")


def public_services() -> dict[str, Callable[..., Any]]:
    """By name; each where it is defined, not where it is offered again."""
    found: dict[str, Callable[..., Any]] = {}
    for module_info in pkgutil.walk_packages(services.__path__, "services."):
        module = importlib.import_module(module_info.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__ or function.__module__ == "services.door":
                continue
            first = next(iter(inspect.signature(function).parameters), None)
            if first == "actor":
                found[f"{module.__name__}.{name}"] = function
    return found


SERVICES = public_services()


PLAIN: dict[Any, Any] = {bool: False, int: 0, str: "", bytes: b"", date: TODAY, datetime: datetime.combine(TODAY, time())}
EMPTY: dict[Any, Any] = {tuple: (), Sequence: (), list: [], dict: {}, Mapping: {}, set: set(), frozenset: frozenset()}


def something(annotation: Any) -> Any:
    """A value of this type: what it is does not matter to a closed door."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return None if type(None) in inside else something(inside[0])
    if origin is typing.Literal:
        return inside[0]
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return next(iter(annotation))
    if is_dataclass(annotation):
        return instance(annotation)
    return PLAIN.get(annotation, EMPTY.get(origin))


def instance(kind: Any) -> Any:
    hints = typing.get_type_hints(kind)
    needed = [each for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    return kind(**{each.name: something(hints[each.name]) for each in needed})


def arguments(function: Callable[..., Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(function)
    needed = (
        each
        for each in list(inspect.signature(function).parameters.values())[1:]
        if each.default is inspect.Parameter.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    )
    return {each.name: something(hints.get(each.name)) for each in needed}


def test_the_services_are_found() -> None:
    assert {"services.complaints.register", "services.dossier.read", "services.handling.acknowledge"} <= set(SERVICES)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_an_actor_is_an_actor(name: str) -> None:
    assert typing.get_type_hints(SERVICES[name])["actor"] == Actor


@pytest.mark.parametrize("name", sorted(SERVICES))
@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_is_signed_out_whatever_they_ask(name: str, stranger: str | None, cast: Cast) -> None:
    function = SERVICES[name]

    with pytest.raises(Refused) as refused:
        function(stranger, **arguments(function))

    assert refused.value.code == "signed_out"
