from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.world import World, attacked, unharmed
from tests.web.client import close_all


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with attacked(tmp_path_factory.mktemp("attacked")) as it:
        yield it


@pytest.fixture
def nothing_broke(world: World) -> Iterator[None]:
    """`pytestmark = pytest.mark.usefixtures("nothing_broke")`: looked at after each attack of a file."""
    began = len(world.server.log.read_text())
    yield
    close_all()
    unharmed(world, world.server.log.read_text()[began:])
