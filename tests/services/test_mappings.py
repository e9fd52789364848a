"""What the columns of a file mean is kept for the next time, by who takes registers over."""

from __future__ import annotations

import pytest

from domain.errors import Refused
from domain.mapping import ColumnMap
from services import mappings
from tests.conftest import CAST, Cast

ONE, OTHER = ColumnMap({"about": "Klacht"}), ColumnMap({"about": "Wat"}, {"channel": {"": "phone", "mail": "email"}})


def code(act: object, *args: object) -> str:
    with pytest.raises(Refused) as why:
        act(*args)  # type: ignore[operator]
    return why.value.code


def test_kept_changed_and_removed(cast: Cast) -> None:
    cora, dora = cast.actor("cora"), cast.actor("dora")
    first = mappings.save(cora, " Oude  lijst ", ONE)
    assert (first.name, first.mapping) == ("Oude lijst", ONE)
    assert mappings.save(cora, "Oude lijst", ONE) == first  # a double click
    assert code(mappings.save, dora, "Oude lijst", OTHER) == "mapping_exists"
    changed = mappings.save(dora, "Oude lijst", OTHER, first.version)
    assert mappings.by_name(cora, "Oude lijst") == changed
    assert code(mappings.save, cora, "Oude lijst", ONE, first.version) == "changed_meanwhile"
    assert code(mappings.remove, cora, first.id, first.version) == "changed_meanwhile"
    mappings.remove(cora, changed.id, changed.version)
    assert mappings.saved(cora) == ()
    assert code(mappings.by_name, cora, "Oude lijst") == "mapping_unknown"
    assert code(mappings.save, cora, "Oude lijst", OTHER, changed.version) == "changed_meanwhile"


def test_odd_values_and_other_roles(cast: Cast) -> None:
    cora = cast.actor("cora")
    assert code(mappings.save, cora, "", ONE) == "missing"
    assert code(mappings.save, cora, "x" * 81, ONE) == "text_too_long"
    assert code(mappings.save, cora, "x", {"columns": {}}) == "mapping_damaged"
    assert code(mappings.save, cora, "x", ColumnMap({"a": "K", "b": "K"})) == "mapping_column_twice"
    for who in set(CAST) - {"cora", "dora"}:
        assert code(mappings.saved, cast.actor(who)) == "not_allowed"
