"""The application: Streamlit's main script, the gate in front of it, our few own addresses, and what happens at the start.

`streamlit run app.py` finds `app` here, by name and by call: it has to stand in this file, as it does.
"""

from __future__ import annotations

import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import NoReturn

import streamlit as st
import uvicorn
from starlette.middleware import Middleware

from domain.errors import Refused
from domain.rights import Right
from services import anonymising, backup_making, schema, second_factor, server_key, set_up
from services.door import SystemActor
from services.incidents import log_to_stderr
from ui.boundary import on_script_error
from web.gate import LONGEST_FRAME, Gate
from web.routes import ROUTES


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    log_to_stderr()
    _refuse_a_wrong_set_up()
    _refuse_an_old_database()
    _check_the_key()
    _finish_destroying()
    _limit_what_browsers_send()
    _warm_up()
    yield


def _refuse_a_wrong_set_up() -> None:
    if why := set_up.wrong():
        _stop(why)


def _refuse_an_old_database() -> None:
    try:
        current = schema.is_current()
    except Refused:
        _stop("the database does not answer, or does not let this user in")
    if not current:
        _stop("the database is missing or not upgraded to this version. Run: python manage.py upgrade")


def _stop(why: str) -> NoReturn:
    print(f"Weerklank does not start: {why}", file=sys.stderr)  # noqa: T201
    logging.getLogger("uvicorn.error").disabled = True  # the sentence is enough
    sys.exit(3)


_WRONG_KEY = {
    "server_key_open": "server.key in the data folder can be read by others. Run: chmod 600 server.key",
    "server_key_unreadable": "server.key in the data folder cannot be read by the user that runs this",
    "server_key_damaged": "server.key in the data folder is empty or damaged. Put it back from a backup, or remove it: "
    "then a new one is made, and everybody sets up the second step anew",
}


def _check_the_key() -> None:
    """A damaged one stops the start; another one than before is said: the register works, but for those second steps."""
    try:
        server_key.check()
        shut_out = second_factor.under_another_key(SystemActor("start", frozenset({Right.OPERATE})))
    except Refused as refusal:
        _stop(_WRONG_KEY.get(refusal.code, refusal.code))
    if shut_out:
        print(  # noqa: T201
            f"server.key is new or another one than before: {shut_out} second steps cannot be used. Put the earlier server.key "
            "back from a backup, or reset these second steps.",
            file=sys.stderr,
        )


def _finish_destroying() -> None:
    """What was cut short when the server stopped; the nightly run comes for what does not work now."""
    starting = SystemActor("start", frozenset({Right.OPERATE}))
    with suppress(Refused):
        backup_making.tidy(starting)
        anonymising.sweep(starting)


def _limit_what_browsers_send() -> None:
    """Streamlit has one limit for both directions, and what it sends may be large."""
    for each in gc.get_objects():
        if type(each) is uvicorn.Config:
            each.ws_max_size = LONGEST_FRAME


def _warm_up() -> None:
    """What the first person would otherwise wait for; then freeze it, or collecting garbage walks over it for ever."""
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)  # imports, no screen
    for name in ("altair", "pandas", "pyarrow", "sqlalchemy.orm", "streamlit.elements.arrow", "streamlit_authenticator"):
        import_module(name)
    for each in gc.get_objects():  # small frames wait 40 ms for each other without this
        if type(each) is socket.socket and each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    gc.collect()
    gc.freeze()


app = st.App("ui/shell.py", routes=ROUTES, middleware=[Middleware(Gate)], lifespan=lifespan, on_script_error=on_script_error)
