from __future__ import annotations

from tests.conftest import Cast
from tests.ui.apptest import open_page


def test_the_administrator_opens_each_part(cast: Cast) -> None:
    for part in ("accounts", "units", "settings"):
        at = open_page(cast, "adam", "people", **{"people.part": part})

        assert not at.exception
        assert not at.error
