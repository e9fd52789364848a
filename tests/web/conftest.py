from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Server, serve
from tests.web.client import close_all


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(autouse=True)
def tabs() -> Iterator[None]:
    yield
    close_all()
