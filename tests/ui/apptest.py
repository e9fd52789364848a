"""Open a page as somebody, the way the real app does: through the shell, with the identity that the gate gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.conftest import Cast

# We have none: without one, each new screen looks for them in all installed packages, and that takes as long as the page.
NO_COMPONENTS = BidiComponentManager()
SHELL = Path(__file__).resolve().parents[2] / "ui" / "shell.py"


class NotForThem(AssertionError):
    """The page is not registered for this person: they got another one."""


def open_page(cast: Cast, who: str | None, page: str, /, **query: str) -> AppTest:
    """`page` ("board") as `who` sees it, run once; `query` is what stands after the question mark.

    `who` None is a visitor. Raises NotForThem when the menu does not offer the page to this person.
    """
    at = AppTest.from_file(SHELL, default_timeout=30)
    at._bidi_component_manager = NO_COMPONENTS
    at.user = {"session": cast.actor(who)} if who else {}
    at.query_params.update(query)
    wanted = "" if page == "home" else calc_hash(page)
    at._page_hash = wanted  # as a browser that opens the address
    at.run()
    script = at._registered_pages.get(wanted, {}).get("script_path", "")
    if who and wanted and Path(script or "nowhere").name != f"{page}.py":
        raise NotForThem(f"{who} has no page {page}")
    return at


def _table(at: AppTest) -> Any:
    """The table of our own on this screen, if there is one."""
    return next((each.proto for each in at._tree if getattr(each, "type", "") == "bidi_component"), None)


def rows_of(at: AppTest) -> dict[str, list[Any]]:
    """What stands in its rows, by their names: the flags, and the cells."""
    table = _table(at)
    return {each["name"]: [each["flags"], *each["cells"]] for each in json.loads(table.json)["rows"]} if table else {}


def open_row(at: AppTest, name: object) -> None:
    """Click on a row."""
    states = at._tree.get_widget_states()
    clicked = states.widgets.add()
    clicked.id = f"$$STREAMLIT_INTERNAL_KEY_{_table(at).id}__events"
    clicked.json_trigger_value = json.dumps([{"event": "open", "value": name}])
    at._run(states)
