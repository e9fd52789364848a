"""Names at a provider that open an account here: they go with the password, one for each account, and not without the code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import bcrypt
import pyotp
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services import accounts, door, links, second_factor, sign_in_log, single_sign_on
from services.door import VISITOR, SystemActor
from services.sessions import digest
from tests.conftest import Cast, session_id
from tests.serving import password_of
from tests.web import oidc_provider
from tests.web.oidc_provider import CLIENT, SECRET, Provider

BROWSER = digest("a browser")
OPERATOR = SystemActor("test", frozenset({Right.OPERATE, Right.ACCOUNTS}))
FRESH = "merel-hooi-waslijn-drie"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with oidc_provider.running() as it:
        yield it


@pytest.fixture
def provider(running: Provider, tmp_path: Path, engine: Engine, cast: Cast) -> Provider:
    """Single sign-on is on, and hans has a password."""
    redirect = "https://klachten.voorbeeld.invalid/auth/oidc/callback"
    lines = f'issuer = "{running.issuer}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\nredirect = "{redirect}"\n'
    (tmp_path / "oidc.toml").write_text(lines)
    (tmp_path / "oidc.toml").chmod(0o600)
    with Session(engine) as session, session.begin():
        row = session.get_one(m.Account, cast["hans"])
        row.password_hash = bcrypt.hashpw(password_of("hans").encode(), bcrypt.gensalt(4)).decode()
    return running


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def come_back(address: str) -> None:
    """Signs in at the provider and comes back, in the session of hans."""
    with pytest.raises(HTTPError) as redirect:
        build_opener(_Stay).open(address, timeout=10)
    back = dict(parse_qsl(urlsplit(redirect.value.headers["Location"]).query))
    redirect.value.close()
    single_sign_on.finish(VISITOR, back["state"], back["code"], back.get("iss", ""), BROWSER, session_id("hans"))


def link(cast: Cast, provider: Provider, subject: str, code: str = "") -> None:
    provider.person = subject
    come_back(single_sign_on.begin_linking(cast.actor("hans"), password_of("hans"), BROWSER, code))


def known(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(m.SignOnLink.subject).order_by(m.SignOnLink.subject)))


def noted(engine: Engine) -> list[str | None]:
    with Session(engine) as session:
        return list(session.scalars(select(m.SignInNote.why).order_by(m.SignInNote.id)))


def test_a_new_password_by_link_ends_what_was_linked_and_what_is_under_way(
    engine: Engine, cast: Cast, provider: Provider
) -> None:
    link(cast, provider, "somebody who knew the first password")
    single_sign_on.begin_linking(cast.actor("hans"), password_of("hans"), BROWSER)

    links.set_password(VISITOR, links.password_link(OPERATOR, cast["hans"]), FRESH, FRESH)

    assert not known(engine)
    with Session(engine) as session:
        assert not session.scalars(select(m.SignOnAttempt.id).where(m.SignOnAttempt.account_id == cast["hans"])).all()
    assert "sign_on_unlinked" in noted(engine)


def test_a_new_password_of_ones_own_ends_what_was_linked_and_says_so(engine: Engine, cast: Cast, provider: Provider) -> None:
    link(cast, provider, "hans at the provider")

    assert accounts.change_password(cast.actor("hans"), password_of("hans"), FRESH, FRESH)

    assert not known(engine)
    assert not accounts.change_password(cast.actor("hans"), FRESH, password_of("hans"), password_of("hans"))


def test_an_account_has_one_name_at_the_provider(engine: Engine, cast: Cast, provider: Provider) -> None:
    link(cast, provider, "hans at the provider")
    link(cast, provider, "hans at the provider")

    with pytest.raises(Refused) as refusal:
        link(cast, provider, "another")

    assert refusal.value.code == "sign_on_second"
    assert known(engine) == ["hans at the provider"]
    with Session(engine) as session:
        now = datetime(2026, 11, 21, tzinfo=UTC)
        session.add(m.SignOnLink(issuer=provider.issuer, subject="another", account_id=cast["hans"], linked_at=now))
        with pytest.raises(IntegrityError):
            session.flush()


def test_linking_takes_the_code_of_who_has_a_second_step(engine: Engine, cast: Cast, provider: Provider) -> None:
    hans = cast.actor("hans")
    second_factor.begin(hans, password_of("hans"))
    secret = second_factor.enrolment(hans).secret
    second_factor.confirm(hans, pyotp.TOTP(secret).at(door._system_clock()))
    found = single_sign_on.linked(hans)
    assert found is not None
    assert found.coded

    for wrong in ("", "000000"):
        with pytest.raises(Refused) as refusal:
            link(cast, provider, "hans at the provider", wrong)
        assert (refusal.value.code, refusal.value.field) == ("second_step_wrong", "code")
    assert not known(engine)
    assert [each.what for each in sign_in_log.own(hans)][:2] == ["wrong_code"] * 2

    link(cast, provider, "hans at the provider", pyotp.TOTP(secret).at(door._system_clock() + timedelta(seconds=30)))
    assert known(engine) == ["hans at the provider"]
