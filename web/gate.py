"""The gate: pure ASGI middleware in front of everything. Who is here, from where, and is that still so at this frame."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import Refused
from domain.rights import Right
from services import sessions
from services.door import SystemActor
from services.incidents import report
from services.sessions import Here, digest
from text import translate
from web.frames import MEDIA, UPLOADS, HandedOut, asked_for, by_a_person, says
from web.front import FrontPage
from web.pace import Bucket
from web.visit import BROWSER, BROWSER_LIFE, DESTINATION, DESTINATION_LIFE, LANGUAGE, SESSION, Visit, own_address

GATE = SystemActor("gate", frozenset({Right.ENTER}))
SESSION_HEADER = b"x-weerklank-session"
BROWSER_HEADER = b"x-weerklank-browser"
SOURCE_HEADER = b"x-weerklank-source"
LANGUAGE_HEADER = b"x-weerklank-language"
OURS = frozenset({SESSION_HEADER, BROWSER_HEADER, SOURCE_HEADER, LANGUAGE_HEADER})

LOOK_EVERY = 0.25  # seconds between looks at sockets on which nobody clicks
PATIENCE = 3.0  # seconds without an answer of the database, after which the screen says so
BACK_IS_SAID = 4  # seconds
ENDED = 4401
# The message with which st.login makes a browser navigate, without an address: load this address again. On a mere close
# the browser reconnects and leaves everything standing on the screen. (ForwardMsg.auth_redirect; a test pins it.)
LOAD_AGAIN = b"\xc2\x01\x00"
MAKES_ROOM = 1013
MOST_ANONYMOUS = 200  # sign-in screens open at once; each holds memory
COMES_BACK_AFTER = 5  # seconds that a screen that made room waits while all are taken: its browser asks twice a second
MOST_OF_ONE = 50  # screens of one session
LONGEST_FRAME = 3 * 2**20  # a long form with every field full; the web server keeps what is not whole yet, also of visitors
LONGEST_ANONYMOUS_FRAME = 64 * 1024  # a name and a password, not an upload
# Messages at once, and a second. A person clicks and types a few a second; a key that is held down is thirty.
PACE_OF_A_VISITOR = (60, 20)
PACE_OF_A_MEMBER = (300, 50)
PACE_OF_ALL_VISITORS = (60, 20)  # what is more waits, so that staff keeps its share

# All addresses there are, besides the screens. Not on the list, so not there: Streamlit's statistics, agent interface,
# script health check, own sign-in, static serving and third-party components.
_OPEN: tuple[str, ...] = (
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/stream",
    "/auth/redeem",
    "/auth/farewell",
    "/auth/oidc/callback",
    "/healthz",
    "/readyz",
)
_OPEN += ("/icon.svg", "/favicon.png")
_OPEN_BELOW = ("/static/", "/_stcore/bidi-components/")
_HANDED_OUT = (MEDIA, UPLOADS)  # for the session that was given the address
_MEMBERS_ONLY = (*_HANDED_OUT, "/attachment/")
_PAGES = Path(__file__).resolve().parent.parent / "pages"
_AT_THE_ROOT = ("start", "home")  # screens without an address of their own
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def _check(session_id: str) -> Here | None:
    """Raises Refused ``database_away``."""
    try:
        return sessions.check(session_id)
    except Refused as refusal:
        if refusal.code == "database_away":
            raise
        return None


async def _touch(session_id: str) -> None:
    """Somebody is doing something: move the idle limit."""
    with suppress(Refused):
        await run_in_threadpool(sessions.touch, session_id)


def said_language(scope: Scope) -> str:
    """As `_identify` wrote it."""
    given = next((value for name, value in scope["headers"] if name.lower() == LANGUAGE_HEADER), b"")
    return "en" if given == b"en" else "nl"


class Socket:
    """One open websocket and whose it is."""

    def __init__(self, session_id: str | None, source: str, send: Send, handed_out: HandedOut, language: str = "nl") -> None:
        self.session_id = session_id
        self._language = language
        self._told_away = False
        self.source = source
        self.heard = monotonic()
        self.greeted = False  # the first frame is the browser's own: it also comes when a connection was lost
        self._send = send
        self._handed_out = handed_out
        self._closed = False
        self._pace = Bucket(*(PACE_OF_A_MEMBER if session_id else PACE_OF_A_VISITOR))

    def says_too_much(self) -> bool:
        """One more message came."""
        self.heard = monotonic()
        return self._pace.late() > 0

    def stand_still(self, seconds: float) -> None:
        """So long it was not heard, because of us: that is no pause of its own."""
        self._pace.stand_still(seconds)

    async def wait(self, seconds: float) -> None:
        """Its turn for the next message comes later; also 0 seconds let others be heard."""
        self.stand_still(seconds)
        await asyncio.sleep(seconds)

    async def send(self, message: Message) -> None:
        if self._closed:
            return
        if self.session_id and message.get("bytes"):
            self._handed_out.note(self.session_id, message["bytes"])
        await self._send(message)

    async def say_away(self) -> None:
        """The screen stands still, because the database does not answer."""
        if not self._told_away:
            self._told_away = True
            await self._say(says(translate(self._language, "shell.database_away"), "error", 0))

    async def say_back(self) -> None:
        if self._told_away:
            self._told_away = False
            await self._say(says(translate(self._language, "shell.database_back"), "check", BACK_IS_SAID))

    async def _say(self, content: bytes) -> None:
        if self._closed:
            return
        try:
            await self._send({"type": "websocket.send", "bytes": content})
        except (OSError, RuntimeError):  # the browser is gone, and what it sent with it
            self._closed = True

    async def close(self, code: int) -> None:
        if not self._closed:
            self._closed = True
            with suppress(OSError, RuntimeError):  # the browser was first
                if code == ENDED:
                    await self._send({"type": "websocket.send", "bytes": LOAD_AGAIN})
                await self._send({"type": "websocket.close", "code": code})

    @property
    def closed(self) -> bool:
        return self._closed


class Gate:
    """`Middleware(Gate)`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._handed_out = HandedOut()
        self._sockets: set[Socket] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._visitors = Bucket(*PACE_OF_ALL_VISITORS)
        self._watch: asyncio.Task[None] | None = None
        self._front = FrontPage()
        self._screens = {"/"} | {f"/{page.stem}" for page in _PAGES.glob("*.py") if page.stem not in _AT_THE_ROOT}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._http(scope, receive, send)
            case "websocket":
                await self._websocket(scope, receive, send)
            case _:
                await self._app(scope, receive, send)

    # Requests

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit.of(scope)
        guarded = self._front.with_headers(send, visit)
        try:
            answer = await self._answer(scope, visit)
            await (answer or self._app)(scope, receive, guarded)
        except Refused:
            await PlainTextResponse("De database is even niet bereikbaar.", 503)(scope, receive, guarded)
        except Exception as error:  # the boundary: nothing of what went wrong reaches the screen or the log but its place
            reference = report(error, "request")
            with suppress(RuntimeError):  # the answer may have begun
                await PlainTextResponse(f"Er ging iets mis (verwijzing {reference}).", 500)(scope, receive, guarded)

    async def _answer(self, scope: Scope, visit: Visit) -> Response | None:
        """The gate's own answer, or None: let it through."""
        if not visit.known_host:
            return PlainTextResponse("Misdirected Request", 421)
        is_page = visit.is_page and visit.path not in _OPEN
        if not (is_page or visit.path in _OPEN or visit.path.startswith((*_OPEN_BELOW, *_MEMBERS_ONLY))):
            return PlainTextResponse("Not found", 404)
        if scope["method"] not in _SAFE and not visit.from_here:
            return PlainTextResponse("Forbidden", 403)
        here = await self._identify(scope, visit)
        session_id = scope["state"]["session_id"]
        if visit.path.startswith(_MEMBERS_ONLY) and here is None:
            return PlainTextResponse("Unauthorized", 401)
        if visit.path.startswith(_HANDED_OUT) and not self._handed_out.to(session_id, visit.path):
            return PlainTextResponse("Not found", 404)
        if is_page and scope["method"] in ("GET", "HEAD"):
            if here is not None and here.due:
                await _touch(session_id)
            return self._page(visit, here)
        return None

    def _page(self, visit: Visit, here: Here | None) -> Response:
        if visit.path not in self._screens:  # Streamlit would say so in English, over the start page
            return RedirectResponse("/", 303)
        if here is None and visit.path != "/":
            answer: Response = RedirectResponse("/", 303)
            address = own_address(visit.path + (f"?{visit.query}" if visit.query else ""))
            answer.raw_headers.append(visit.set_cookie(DESTINATION, address, DESTINATION_LIFE))
        else:
            answer = HTMLResponse(self._front.page(here.language if here else visit.language))
            if here is None and visit.chosen_language:  # it is not in the address with which somebody comes back
                answer.raw_headers.append(visit.set_cookie(LANGUAGE, visit.chosen_language))
        if visit.token(BROWSER) is None:
            answer.raw_headers.append(visit.set_cookie(BROWSER, secrets.token_urlsafe(32), BROWSER_LIFE))
        return answer

    async def _identify(self, scope: Scope, visit: Visit) -> Here | None:
        """Who this is; replaces whatever the client said about it in headers."""
        token = None if visit.path.startswith("/static/") else visit.token(SESSION)
        session_id = digest(token) if token else None
        here = await run_in_threadpool(_check, session_id) if session_id else None
        browser = visit.token(BROWSER)
        said = {
            SESSION_HEADER: session_id if here else None,
            BROWSER_HEADER: digest(browser) if browser else None,
            SOURCE_HEADER: visit.source,
            LANGUAGE_HEADER: here.language if here else visit.language,
        }
        kept = [(name, value) for name, value in scope["headers"] if name.lower() not in OURS]
        scope["headers"] = kept + [(name, value.encode("latin-1")) for name, value in said.items() if value]
        scope.setdefault("state", {})["session_id"] = session_id if here else None
        return here

    # Websockets

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = Visit.of(scope)
        guarded = self._front.with_headers(send, visit)
        try:
            welcome = visit.path == "/_stcore/stream" and visit.known_host and visit.from_here
            if welcome:
                await self._identify(scope, visit)
        except Refused:
            welcome = False
        except Exception as error:  # the boundary, as for requests
            report(error, "handshake")
            welcome = False
        session_id = scope["state"]["session_id"] if welcome else None
        if not welcome or (session_id and len(self._of(session_id)) >= MOST_OF_ONE):
            await receive()
            await PlainTextResponse("Forbidden", 403)(scope, receive, guarded)
            return
        if session_id is None:
            await self._make_room(returns=len(scope["subprotocols"]) > 2)
        socket = Socket(session_id, visit.source, guarded, self._handed_out, said_language(scope))
        self._sockets.add(socket)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._close_ended(), name="gate-watch")
        try:
            await self._app(scope, self._checked(socket, receive), socket.send)
        except Exception as error:  # the boundary, as for requests
            report(error, "websocket")
            await socket.close(1011)
        finally:
            self._sockets.discard(socket)

    def _of(self, session_id: str | None) -> list[Socket]:
        return [each for each in self._sockets if each.session_id == session_id]

    async def _make_room(self, returns: bool) -> None:
        """A newcomer is never refused, or whoever holds all places keeps everybody from signing in. Who was silent longest
        goes, where silence counts for as many as come from the same source; that browser comes back by itself (`returns`:
        it names the screen that it had)."""
        if returns and len(self._of(None)) >= MOST_ANONYMOUS:
            await asyncio.sleep(COMES_BACK_AFTER)
        visitors, now = self._of(None), monotonic()
        if len(visitors) >= MOST_ANONYMOUS:
            sharing = Counter(each.source for each in visitors)
            goes = max(visitors, key=lambda each: (now - each.heard) * sharing[each.source])
            self._sockets.discard(goes)
            closing = asyncio.create_task(goes.close(MAKES_ROOM))  # it may not be listening
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    def _checked(self, socket: Socket, receive: Receive) -> Callable[[], Awaitable[Message]]:
        """Callbacks and fragments run before or without the script: so every frame is checked before they see it."""

        async def checked() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                if await self._still_welcome(socket, message):
                    return message
                if socket.closed:  # and whatever it said besides is not read
                    return {"type": "websocket.disconnect", "code": 1005}

        return checked

    async def _still_welcome(self, socket: Socket, message: Message) -> bool:
        if socket.closed:
            return False
        if socket.says_too_much():
            await socket.close(1008)
            return False
        if socket.session_id is None:
            if len(message.get("bytes") or message.get("text") or "") > LONGEST_ANONYMOUS_FRAME:
                await socket.close(1009)
            else:
                await socket.wait(self._visitors.late())
            return not socket.closed
        began = monotonic()
        here = await self._known(socket, socket.session_id)
        if socket.closed:
            return False
        socket.stand_still(monotonic() - began)
        if here is None:
            await socket.close(ENDED)
            return False
        file = asked_for(message.get("bytes") or b"")
        if file and not self._handed_out.to(socket.session_id, file):
            return False  # of somebody else's screen: as if nobody asked
        if here.due and socket.greeted and by_a_person(message.get("bytes") or b"", pressed=here.ending):
            await _touch(socket.session_id)
        socket.greeted = True
        return True

    async def _known(self, socket: Socket, session_id: str) -> Here | None:
        """While the database is away this waits, and with it what somebody typed and clicked: on a connection that is closed
        the click would be lost, and the screen would not say why."""
        while not socket.closed:
            checking = asyncio.create_task(run_in_threadpool(_check, session_id))
            answered, _ = await asyncio.wait({checking}, timeout=PATIENCE)
            if not answered:
                await socket.say_away()
            try:
                here = await checking
            except Refused:
                await socket.say_away()
                await asyncio.sleep(2 * LOOK_EVERY)
            else:
                await socket.say_back()
                return here
        return None

    async def _close_ended(self) -> None:
        """Closes the sockets of ended sessions, so that no dossier stays on an abandoned screen. At the second look: who ends
        the own session is being sent elsewhere, and to load this address again would cross that."""
        before: frozenset[str] = frozenset()
        while self._sockets:
            await asyncio.sleep(LOOK_EVERY)
            try:
                ended = await run_in_threadpool(
                    sessions.ended, GATE, {each.session_id for each in self._sockets if each.session_id}
                )
            except Refused:
                continue
            except Exception as error:  # nothing may stop the watch
                report(error, "watch")
                await asyncio.sleep(10 * LOOK_EVERY)
                continue
            for session_id in ended:
                self._handed_out.forget(session_id)
            for socket in [each for each in self._sockets if each.session_id in ended & before]:
                await socket.close(ENDED)
            before = ended
