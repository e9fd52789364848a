from __future__ import annotations

from click.testing import CliRunner
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import models as m
from manage import cli
from services import server_key
from tests.conftest import Cast


def test_the_operator_takes_a_second_step_off(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        session.add(m.SecondFactor(account_id=cast["adam"], secret=server_key.seal("JBSWY3DPEHPK3PXP"), since=None))

    answer = CliRunner().invoke(cli, ["second-step-reset", "Adam"], catch_exceptions=False)

    assert answer.exit_code == 0, answer.output
    with Session(engine) as session:
        assert session.get(m.SecondFactor, cast["adam"]) is None
    assert CliRunner().invoke(cli, ["second-step-reset", "niemand"]).exit_code == 1
