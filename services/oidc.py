"""Talking to one provider of single sign-on (OpenID Connect): its addresses, the code for a token, and what a token must be.

Authorization code flow with PKCE, state and nonce (RFC 6749, RFC 7636, OpenID Connect Core 1.0). No database here.
"""

from __future__ import annotations

import os
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from db.engine import data_dir
from domain.errors import Refused

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]  # signatures; never "none"
PATIENCE = 8  # seconds for each question to the provider
SLACK = 60  # seconds that two clocks may differ
FRESH = 300  # seconds ago, at most, that the person proved who they are: our idle limit would mean nothing otherwise
_AN_HOUR = 3600
_LOCAL = ("localhost", "127.0.0.1", "[::1]", "::1")


class Provider(BaseModel):
    """`oidc.toml` in the data folder; WEERKLANK_OIDC_ISSUER and so on go before it. Absent: single sign-on is off."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    issuer: str = Field(min_length=1, max_length=300)
    client_id: str = Field(min_length=1)
    client_secret: str = Field(min_length=1, repr=False)
    redirect: str = Field(min_length=1)  # our own address: https://.../auth/oidc/callback
    name: str = ""  # on the button
    second_step: Literal["provider", "here"] = "provider"  # who asks for the second step

    @field_validator("issuer", "redirect")
    @classmethod
    def _safe(cls, address: str) -> str:
        _must_be_safe(address)
        return address


@dataclass(frozen=True)
class Addresses:
    authorize: str
    token: str
    keys: str


def configured() -> Provider | None:
    """Raises Refused ``sign_on_misconfigured``: what is written there cannot be right."""
    path = data_dir() / "oidc.toml"
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        for name in Provider.model_fields:
            value = os.environ.get(f"WEERKLANK_OIDC_{name.upper()}")
            found |= {name: value} if value else {}
        return Provider.model_validate(found) if found else None
    except (OSError, ValueError, ValidationError) as error:
        raise Refused("sign_on_misconfigured") from error


_known: dict[str, tuple[float, Addresses]] = {}


def addresses(provider: Provider) -> Addresses:
    """As the provider describes itself, asked once an hour. Raises Refused ``sign_on_away``."""
    asked, found = _known.get(provider.issuer, (0.0, None))
    if found is None or time.monotonic() - asked > _AN_HOUR:
        found = _described(provider)
        _known[provider.issuer] = (time.monotonic(), found)
    return found


def _described(provider: Provider) -> Addresses:
    """The description must say that it is of this issuer."""
    said = _fetched(provider, provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    try:
        if said["issuer"] != provider.issuer:
            raise Refused("sign_on_away")
        found = Addresses(said["authorization_endpoint"], said["token_endpoint"], said["jwks_uri"])
        for each in (found.authorize, found.token, found.keys):
            _must_be_safe(each)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("sign_on_away") from error
    return found


def leave_for(provider: Provider, state: str, nonce: str, verifier: str) -> str:
    """The address to send the browser to."""
    session = _session(provider)
    address, _ = session.create_authorization_url(
        addresses(provider).authorize, state=state, nonce=nonce, code_verifier=verifier, max_age=FRESH
    )
    return str(address)


def subject_of(provider: Provider, code: str, nonce: str, verifier: str, now: datetime) -> str:
    """Who came back, as the provider knows them. Raises Refused: ``sign_on_failed``, ``sign_on_away``."""
    found = addresses(provider)
    try:
        token = _session(provider).fetch_token(
            found.token,
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            timeout=PATIENCE,
            allow_redirects=False,
        )
        keys = KeySet.import_key_set(_fetched(provider, found.keys))
        decoded = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS)
        return _checked(decoded.claims, provider, nonce, int(now.timestamp()))
    except OSError as error:  # every failure of the connection is one
        raise Refused("sign_on_away") from error
    except (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError) as error:
        raise Refused("sign_on_failed") from error


def _checked(claims: Mapping[str, Any], provider: Provider, nonce: str, now: int) -> str:
    """The subject, if everything that OpenID Connect Core 3.1.3.7 asks of the claims holds. Raises ValueError, KeyError,
    TypeError."""
    for_whom = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    holds = (
        claims["iss"] == provider.issuer
        and provider.client_id in for_whom
        and (len(for_whom) == 1 or claims.get("azp") == provider.client_id)
        and claims.get("azp", provider.client_id) == provider.client_id
        and int(claims["exp"]) > now - SLACK
        and int(claims["iat"]) < now + SLACK
        and now - FRESH - SLACK < int(claims["auth_time"]) < now + SLACK
        and claims["nonce"] == nonce
        and isinstance(claims["sub"], str)
        and 0 < len(claims["sub"]) <= 255
    )
    if not holds:
        raise ValueError("this token is not for this person, this moment or this application")
    return str(claims["sub"])


def _session(provider: Provider) -> OAuth2Session:
    return OAuth2Session(
        provider.client_id,
        provider.client_secret,
        scope="openid",
        redirect_uri=provider.redirect,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",  # noqa: S106  # a way, not a secret
    )


def _fetched(provider: Provider, address: str) -> Any:
    try:
        answer = _session(provider).get(address, withhold_token=True, timeout=PATIENCE, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()
    except (OSError, ValueError) as error:
        raise Refused("sign_on_away") from error


def _must_be_safe(address: str) -> None:
    """https, except to this machine. Raises ValueError."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise ValueError("this address must begin with https://")
