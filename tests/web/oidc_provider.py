"""A provider of single sign-on that really runs: discovery, sign-in that always says yes to `person`, tokens that are signed,
PKCE and client checked, codes used once. `lie` makes one thing wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.conftest import moment
from tests.serving import free_port

CLIENT, SECRET = "weerklank", "geheim-van-de-koppeling"


@dataclass
class Provider:
    issuer: str
    person: str = "subject-of-tom"
    lie: str = ""
    key: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    other: Any = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    async def description(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        self.asked.append(asked)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(await request.form())
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(str(form.get("code")), None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(str(form.get("code_verifier")).encode()).digest()).rstrip(b"=").decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or proof != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        answer = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 300}
        return JSONResponse(answer | ({} if self.lie == "no token" else {"id_token": self.id_token(asked)}))

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(moment().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.person,
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "auth_time": now - 5,
            "nonce": asked["nonce"],
        }
        claims |= {
            "nonce": {"nonce": "another-nonce"},
            "expired": {"exp": now - 3600, "iat": now - 7200},
            "from tomorrow": {"iat": now + 86400},
            "issuer": {"iss": "https://evil.invalid"},
            "audience": {"aud": "another-application"},
            "two audiences": {"aud": [CLIENT, "another"], "azp": "another"},
            "long ago": {"auth_time": now - 4000},
            "no subject": {"sub": ""},
        }.get(self.lie, {})
        claims = {
            name: value for name, value in claims.items() if name != {"no nonce": "nonce", "no time": "auth_time"}.get(self.lie)
        }
        return self.signed(claims)

    def signed(self, claims: dict[str, Any]) -> str:
        match self.lie:
            case "alg none":
                return ".".join((_part({"alg": "none", "kid": "one"}), _part(claims), ""))
            case "hmac":
                secret = OctKey.import_key(SECRET.ljust(32, "x"))
                return jwt.encode({"alg": "HS256", "kid": "one"}, claims, secret, algorithms=["HS256"])
            case "changed":
                head, _, sign = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key).split(".")
                return ".".join((head, _part(claims | {"sub": "subject-of-adam"}), sign))
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.other if self.lie == "key" else self.key)


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


@contextmanager
def running() -> Iterator[Provider]:
    port = free_port()
    provider = Provider(f"http://127.0.0.1:{port}")
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.description),
            Route("/keys", provider.keys),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
        ]
    )
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield provider
    server.should_exit = True
    thread.join(10)
