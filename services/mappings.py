"""What the columns of an old register mean, kept for the next file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from db import models as m
from domain.entries import number
from domain.errors import Refused
from domain.mapping import LONGEST_NAME, ColumnMap, read_map
from domain.rights import Right
from domain.texts import line, required
from services.door import Actor, Work, work


@dataclass(frozen=True)
class Saved:
    id: int
    name: str
    mapping: ColumnMap
    version: int


def saved(actor: Actor) -> tuple[Saved, ...]:
    """By name."""
    with work(actor, Right.TAKE_OVER) as w:
        row = m.ImportMapping
        return tuple(_saved(each) for each in w.session.scalars(select(row).order_by(row.name, row.id)))


def by_name(actor: Actor, name: str) -> Saved:
    """Raises Refused ``mapping_unknown``."""
    found = next((each for each in saved(actor) if each.name == name), None)
    if found is None:
        raise Refused("mapping_unknown", "mapping")
    return found


def save(actor: Actor, name: str, mapping: ColumnMap, seen: int | None = None) -> Saved:
    """`seen`: the version of the one with this name that was on screen; none: a new one. The same under the same name is
    kept as it is. Raises Refused: ``missing``, ``mapping_exists``, ``changed_meanwhile``, and those of
    `domain.mapping.read_map`."""
    with work(actor, Right.TAKE_OVER) as w:
        name = line(required(name, "name", LONGEST_NAME), "name", LONGEST_NAME)
        if not isinstance(mapping, ColumnMap):
            raise Refused("mapping_damaged", "mapping")
        data = read_map(mapping.as_data()).as_data()
        row = _row(w, name)
        if row is None and seen is not None:
            raise Refused("changed_meanwhile")
        if row is None:
            row = m.ImportMapping(name=name, columns=data, saved_by=w.person.id, saved_at=w.now)
            w.session.add(row)
        elif row.columns != data:
            if seen is None:
                raise Refused("mapping_exists", "name")
            if row.version != seen:
                raise Refused("changed_meanwhile")
            row.columns, row.saved_by, row.saved_at = data, w.person.id, w.now
        w.session.flush()
        return _saved(row)


def remove(actor: Actor, mapping_id: int, seen: int) -> None:
    """What was taken over with it stays. Raises Refused ``changed_meanwhile``."""
    with work(actor, Right.TAKE_OVER) as w:
        row = w.session.get(m.ImportMapping, number(mapping_id))
        if row is None or row.version != seen:
            raise Refused("changed_meanwhile")
        w.session.delete(row)


def _row(w: Work, name: str) -> m.ImportMapping | None:
    row = m.ImportMapping
    return w.session.scalar(select(row).where(row.name == name))


def _saved(row: m.ImportMapping) -> Saved:
    return Saved(row.id, row.name, read_map(row.columns), row.version)
