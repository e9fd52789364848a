"""Lists and figures can be taken along from the screens that show them, by who sees them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from services import list_exports
from services.board import BoardFilter
from services.spreadsheets import FileType
from tests import evaluating
from tests.conftest import Cast
from tests.fill import make_complaint
from tests.ui.apptest import open_page


def files(at: AppTest) -> list[str]:
    """What each download begins with; none of them is made yet."""
    return [each.proto.id.rsplit(".", 1)[-1] for each in at.get("download_button") if each.proto.deferred_file_id]


PAGES = [
    ("cora", "board", {"file_xlsx", "file_csv"}),
    ("tom", "board", {"file_xlsx", "file_csv"}),
    ("hans", "actions", {"file_xlsx", "file_csv"}),
    ("vera", "appeals", {"file_xlsx", "file_csv"}),
    ("wim", "restricted", {"file_xlsx", "file_csv"}),
    ("cora", "retention", {"file_due_xlsx", "file_due_csv"}),
    ("adam", "people", {"file_accounts_xlsx", "file_accounts_csv"}),
]


@pytest.mark.parametrize(("who", "page", "offered"), PAGES)
def test_a_list_has_its_file(cast: Cast, who: str, page: str, offered: set[str]) -> None:
    at = open_page(cast, who, page)

    assert not at.exception
    assert offered <= set(files(at))


def test_forms_that_wait_have_their_file_and_an_empty_pile_has_none(cast: Cast) -> None:
    assert files(open_page(cast, "cora", "evaluations")) == []
    evaluating.bring(cast, evaluating.source(cast))

    assert {"file_xlsx", "file_csv"} <= set(files(open_page(cast, "cora", "evaluations")))


@pytest.mark.parametrize(("who", "figures"), [("cora", True), ("mia", False)])
def test_a_figure_has_its_file_for_who_may_take_figures_along(engine: Engine, cast: Cast, who: str, figures: bool) -> None:
    with Session(engine) as session, session.begin():
        make_complaint(session, cast, received_on=date(2026, 3, 2))

    at = open_page(cast, who, "overview", show="received")

    assert not at.exception
    found = files(at)
    assert {"file_behind_xlsx", "file_behind_csv"} <= set(found)
    assert len(found) == len(set(found))
    wanted = {f"file_{name}_csv" for name in ("channel", "month", "unit", "cell", "promises", "figures", "satisfaction")}
    assert (wanted - {"file_promises_csv"} <= set(found)) is figures


def test_what_was_taken_stands_on_the_own_page_and_with_the_administrator(cast: Cast) -> None:
    list_exports.of_board(cast.actor("tom"), FileType.CSV, BoardFilter())

    mine = open_page(cast, "tom", "account")
    (table,) = [each.value for each in mine.dataframe if "Regels" in each.value.columns]
    assert table.iloc[0].tolist()[:3] == ["Werkvoorraad", "CSV", 0]
    all_of_them = open_page(cast, "adam", "people")
    all_of_them.segmented_control(key="people.part").set_value("sign_ins").run()
    tables = [each.value for each in all_of_them.dataframe if "Soort bestand" in each.value.columns]
    assert [list(each.columns) for each in tables] == [["Wie", "Wat", "Soort bestand", "Wanneer"]]
    assert tables[0].iloc[0].tolist()[:3] == ["Tom Trainer", "Werkvoorraad", "CSV"]


def test_the_whole_register_is_made_and_offered(cast: Cast) -> None:
    at = open_page(cast, "dora", "overview")
    assert not at.get("link_button")

    at.button(key="overview.make_register").click().run()

    assert not at.exception
    (link,) = at.get("link_button")
    assert link.proto.url.startswith("/attachment/register/")
