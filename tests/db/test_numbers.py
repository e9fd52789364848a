"""The numbers of rows tell nothing of the rows in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from db import models as m
from db.base import telling_nothing
from domain.entries import LARGEST

PEOPLE = {  # kept by the administrator, about accounts, of files, or one in a year: no dossier can be counted by them
    "account", "account_request", "backup_note", "closed_day", "evaluation_source", "export_note", "import_mapping", "org_unit",
    "profile_version", "recovery_code", "review", "sign_in_note", "year_report",
}  # fmt: skip


def test_later_numbers_are_higher_and_the_steps_between_them_are_chance() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [number for some in pool.map(lambda _: [telling_nothing() for _ in range(500)], range(4)) for number in some]
    steps = [later - earlier for earlier, later in zip(sorted(made), sorted(made)[1:], strict=False)]

    assert len(set(made)) == 2000
    assert 0 < min(made) <= max(made) < LARGEST
    assert len(set(steps)) > 800
    assert (first := telling_nothing()) < telling_nothing()
    assert first > max(made)


def test_every_table_of_dossiers_has_such_numbers() -> None:
    counted = {
        table.name
        for table in m.Base.metadata.sorted_tables
        for column in table.primary_key.columns
        if column.name == "id" and column.type.python_type is int and column.default is None
    }

    assert counted == PEOPLE
