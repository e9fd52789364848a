"""Evaluation forms for tests, brought in and judged through the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import models as m
from domain.mapping import ColumnMap
from services import door, evaluation_confirming, evaluation_import, evaluation_keying, evaluation_sources, evaluations
from services.evaluation_confirming import AsComplaint, Made
from services.evaluation_keying import Keyed
from services.evaluations import One
from tests.cases import CATEGORY, COMPLAINANT
from tests.conftest import Cast

HEADINGS = ("Nummer", "Datum", "Training", "Cijfer", "Opmerking", "Naam", "Trainer")
COLUMNS = {
    "form": "Nummer", "filled_in_on": "Datum", "training": "Training", "score": "Cijfer", "words": "Opmerking",
    "person": "Naam", "trainer": "Trainer",
}  # fmt: skip
ROWS = (
    ("F-1", "2026-11-02", "Basis", "2", "De zaal was koud", "Jo Jansen", "Een ander"),
    ("F-2", "2026-11-02", "Basis", "5", "Heel goed", "", ""),
    ("F-3", "2026-11-03", "Basis", "1", "", "", ""),
)


def as_csv(rows: Iterable[Iterable[str]], headings: Iterable[str] = HEADINGS) -> bytes:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    return "\n".join(";".join(map(cell, row)) for row in (tuple(headings), *rows)).encode()


def source(cast: Cast, who: str = "cora", name: str = "Enquête", **more: Any) -> int:
    return evaluation_sources.save(cast.actor(who), name, ColumnMap(more.pop("columns", COLUMNS), **more))


def version(cast: Cast, source_id: int) -> int:
    found = evaluation_sources.known(cast.actor("cora")).of(source_id)
    assert found is not None
    return found.version


def bring(cast: Cast, source_id: int, rows: Iterable[Iterable[str]] = ROWS, who: str = "cora", **more: Any) -> int:
    """The number of the import."""
    content, form_id = as_csv(rows, more.pop("headings", HEADINGS)), more.pop("form_id", None) or str(uuid4())
    seen = version(cast, source_id)
    return evaluation_import.run(cast.actor(who), form_id, source_id, seen, "forms.csv", content, **more)


def key(cast: Cast, who: str = "cora", **fields: Any) -> int:
    keyed = Keyed(**{"words": "Dit was niets", "form": "P-1"} | fields)
    found = evaluation_keying.key_in(cast.actor(who), str(uuid4()), keyed)
    assert found is not None
    return found


def one(cast: Cast, evaluation_id: int, who: str = "cora") -> One:
    """Of those that wait."""
    found = evaluations.pile(cast.actor(who), evaluation_id).one
    assert found is not None
    assert found.id == evaluation_id
    return found


def waiting(cast: Cast, who: str = "cora") -> list[One]:
    found: list[One] = []
    at: int | None = None
    while (shown := evaluations.pile(cast.actor(who), at)).one is not None:
        found.append(shown.one)
        if shown.next_id is None:
            assert len(found) == shown.total
            break
        at = shown.next_id
    return found


def dismiss(cast: Cast, evaluation_id: int, reason: str = "Een wens, geen klacht", who: str = "cora") -> None:
    evaluations.dismiss(cast.actor(who), evaluation_id, row(evaluation_id).version, reason)


def said(profile: str = "training", **fields: Any) -> AsComplaint:
    usual: dict[str, Any] = {
        "description": "De zaal was koud",
        "category": CATEGORY[profile],
        "complainant_type": COMPLAINANT[profile],
        "complainant_name": "Jo Jansen",
        "received_on": date(2026, 11, 18),
    }
    return AsComplaint(**usual | fields)


def confirm(cast: Cast, evaluation_id: int, who: str = "cora", **fields: Any) -> Made:
    return evaluation_confirming.confirm(cast.actor(who), evaluation_id, row(evaluation_id).version, said(**fields))


def row(evaluation_id: int) -> m.Evaluation:
    with Session(door.engine()) as session:
        return session.get_one(m.Evaluation, evaluation_id)


def rows() -> list[m.Evaluation]:
    with Session(door.engine()) as session:
        return list(session.scalars(select(m.Evaluation).order_by(m.Evaluation.id)))


def many(number: int) -> list[tuple[str, ...]]:
    """Every fourth of them has a score that is low enough."""
    return [(f"F-{n}", "2026-10-05", "Basis", str(2 + n % 4), f"Regel {n}", "", "") for n in range(number)]
