"""No screen loads more rows than it shows: four times as many dossiers, evaluations and all that belongs to them are not a
row more for anybody, on any page."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from tests.conftest import Cast
from tests.services.test_board import filled
from tests.services.test_overview_rows import fetched, fill
from tests.ui.apptest import NotForThem, open_page

FEW, MANY = 240, 720  # more than stand on one page of any list, also for who sees a quarter
PAGES = sorted({page.stem for page in (Path(__file__).resolve().parents[2] / "pages").glob("*.py")} - {"start", "home"})
READERS = ("cora", "dora", "hans", "mia", "piet", "vera", "tom", "adam")


def rows(engine: Engine, cast: Cast) -> dict[str, int]:
    """By page and reader."""
    found = {}
    for page in PAGES:
        for who in READERS:
            try:
                with fetched(engine) as (_, brought):
                    open_page(cast, who, page)
                found[f"{page} as {who}"] = sum(len(each) for _, each in brought)
            except NotForThem:
                continue
    return found


def test_a_screen_loads_what_it_shows(engine: Engine, cast: Cast) -> None:
    with filled(engine) as session:
        fill(session, cast, FEW, kinds=120)
    few = rows(engine, cast)
    with filled(engine) as session:
        fill(session, cast, MANY, kinds=120)
    many = rows(engine, cast)

    assert {each: (number, many[each]) for each, number in few.items() if many[each] > number} == {}
    assert len(few) > 50
    assert few["board as cora"] > 50
