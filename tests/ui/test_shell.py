from __future__ import annotations

import pytest

from tests.conftest import Cast
from tests.ui.apptest import NotForThem, open_page


def test_a_signed_in_person_sees_the_page(cast: Cast) -> None:
    at = open_page(cast, "tom", "account")

    assert not at.exception
    assert at.text[0].value == "Tom Trainer (tom)"


def test_a_page_that_is_not_on_the_menu_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotForThem):
        open_page(cast, "tom", "people")
