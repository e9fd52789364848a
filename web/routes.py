"""The few addresses that are not screens: redeeming a ticket, saying goodbye, attachments, health."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from domain.errors import Refused
from domain.health import State
from domain.rights import Right
from services import attachments, health, sessions, single_sign_on
from services.door import VISITOR, SystemActor
from services.sessions import digest
from text import translate
from web.sealed import access, register, sealed
from web.visit import BROWSER, DESTINATION, SESSION, Visit, asked_on_this_machine, own_address

READYZ = SystemActor("readyz", frozenset({Right.OPERATE}))
_STATUS = {State.GOOD: "ready", State.ATTENTION: "needs attention", State.FAULT: "not ready"}
_ICON = Path(__file__).parent / "icon.svg"


async def redeem(request: Request) -> Response:
    """A ticket becomes a cookie; on to where the person was going. Whatever is wrong with it: the sign-in screen says so."""
    visit = Visit.of(request.scope)
    browser = visit.token(BROWSER)
    ticket = request.query_params.get("ticket", "")
    try:
        token = await run_in_threadpool(sessions.redeem, VISITOR, ticket, digest(browser) if browser else "")
    except Refused as refusal:
        return RedirectResponse("/" if request.state.session_id else f"/?sign_on={refusal.code}", 303)
    return await _enter(request, visit, token, request.query_params.get("to", "/"))


async def _enter(request: Request, visit: Visit, token: str, to: str) -> Response:
    """The session that the browser had until now ends: nobody holds its cookie any more."""
    if request.state.session_id:
        with suppress(Refused):  # it ended meanwhile
            await run_in_threadpool(sessions.sign_out, request.state.session_id)
    asked = own_address(to)
    answer = RedirectResponse(visit.destination if asked == "/" else asked, 303)
    answer.raw_headers.append(visit.set_cookie(SESSION, token))
    answer.raw_headers.append(visit.set_cookie(DESTINATION, "", 0))
    return answer


async def came_back(request: Request) -> Response:
    """From the provider of single sign-on: into the register, to the second step, or back with what was wrong."""
    visit, asked = Visit.of(request.scope), request.query_params
    cookie = visit.token(BROWSER)
    browser = digest(cookie) if cookie else ""
    given = (asked.get("state", ""), asked.get("code", ""), asked.get("iss", ""))
    try:
        back = await run_in_threadpool(single_sign_on.finish, VISITOR, *given, browser, request.state.session_id)
        if not back.ticket:
            return RedirectResponse(own_address(back.destination), 303)
        if back.step:
            return RedirectResponse(f"/?step={back.ticket}", 303)
        token = await run_in_threadpool(sessions.redeem, VISITOR, back.ticket, browser)
    except Refused as refusal:
        return RedirectResponse(f"/{'account' if request.state.session_id else ''}?sign_on={refusal.code}", 303)
    return await _enter(request, visit, token, back.destination)


async def farewell(request: Request) -> Response:
    """Removes the cookie of a session that has ended already; a link to here from elsewhere signs nobody out."""
    answer = RedirectResponse("/", 303)
    if request.state.session_id is None:
        visit = Visit.of(request.scope)
        answer.raw_headers.append(visit.set_cookie(SESSION, "", 0))
        answer.raw_headers.append(visit.set_cookie(DESTINATION, "", 0))
    return answer


async def attachment(request: Request) -> Response:
    """One attachment, for who may see its dossier; never shown in the browser, always saved."""
    try:
        name, _, content = await run_in_threadpool(attachments.fetch, request.state.session_id, request.path_params["token"])
    except Refused as refusal:
        if refusal.code in ("not_found", "not_allowed", "signed_out"):  # one answer for everything that is not yours
            return PlainTextResponse("Not found", 404)
        language = request.headers.get("x-weerklank-language", "nl")
        return PlainTextResponse(translate(language, f"refused.{refusal.code}", **refusal.values), 409)
    headers = {
        "content-disposition": disposition(name),
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type="application/octet-stream", headers=headers)


def disposition(name: str) -> str:
    """Content-Disposition for a name that somebody else chose (RFC 6266): a plain one for old browsers, the real one
    percent-encoded."""
    tidy = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs")) or "bijlage"
    plain = unicodedata.normalize("NFKD", tidy).encode("ascii", "ignore").decode()
    plain = "".join(sign if sign.isalnum() or sign in " .-_()" else "_" for sign in plain).strip(". ") or "bijlage"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(tidy, safe='')}"


async def healthz(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """Can this register be used, and what is wrong with it? For this machine only: to everybody else there is no such
    address. 503 at a fault; what only needs somebody's attention within days is told with 200."""
    if not asked_on_this_machine(request.scope):
        return PlainTextResponse("Not found", 404)
    found = await run_in_threadpool(health.ready, READYZ)
    told = {
        "status": _STATUS[found.state],
        "reasons": {each.check: translate("en", f"health.{each.reason}") for each in reversed(found.wrong)},
    }
    return JSONResponse(told, 503 if found.state is State.FAULT else 200)


async def icon(_request: Request) -> Response:
    return FileResponse(_ICON, media_type="image/svg+xml")


async def nothing(_request: Request) -> Response:
    """Streamlit would answer with its start page."""
    return PlainTextResponse("Not found", 404)


ROUTES: list[BaseRoute] = [
    Route("/auth/redeem", redeem),
    Route("/auth/farewell", farewell),
    Route("/auth/oidc/callback", came_back),
    Route("/attachment/{token}", attachment),
    Route("/attachment/sealed/{number}", sealed),
    Route("/attachment/register/{token}", register),
    Route("/attachment/access/{token}", access),
    Route("/attachment/{rest:path}", nothing),
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/icon.svg", icon),
    Route("/favicon.png", icon),
]
