"""PostgreSQL with a synchronous standby: what is confirmed to a person stands on both.

A commit that waits for a standby which is away waits for ever: no timeout of the server ends it. It is called off here after a
while, and then PostgreSQL warns, and answers as if all were well. And whoever saves the same again writes nothing, so that
commit waits for nobody. Both would be confirmations that a failover undoes; both are told apart here."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from threading import Timer
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event

from db.confirmed import NotOnStandby

PATIENCE = 8  # seconds that a commit waits for the standby; a person waits as long

_UNANSWERED = "SyncRepWaitForLSN"  # where PostgreSQL warns from; its words follow the server's language
# Is there a standby to wait for? Then a mark of nothing where nothing was written: its commit waits for all before it.
_ASKED = (
    "SELECT CASE WHEN pg_current_xact_id_if_assigned() IS NULL THEN pg_logical_emit_message(true, 'weerklank', '') END"
    " WHERE current_setting('synchronous_standby_names') <> ''"
)


class Waiting(psycopg.Connection[Any]):
    """Its commit is done when the standby has it too."""

    asked = False  # the transaction at hand is one that waits
    unanswered = False

    def commit(self) -> None:
        asked, self.asked, self.unanswered = self.asked, False, False
        if not asked:
            super().commit()
            return
        called_off = Timer(PATIENCE, self.call_off)
        called_off.start()
        try:
            super().commit()
        finally:
            called_off.cancel()
            called_off.join()  # or it would end what this connection does next
        if self.unanswered:
            raise NotOnStandby

    def call_off(self) -> None:
        """In a thread beside the commit."""
        try:
            self.cancel_safe(timeout=PATIENCE)
        except psycopg.Error:  # it does not answer that either: whether it was saved is not known
            with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(self.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

    def notice(self, said: psycopg.errors.Diagnostic) -> None:
        self.unanswered = self.unanswered or said.source_function == _UNANSWERED


def listen(engine: Engine) -> None:
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "commit", _before_commit)


def _connect(_dialect: object, _record: object, arguments: tuple[Any, ...], named: dict[str, Any]) -> Waiting:
    made = Waiting.connect(*arguments, **named)
    made.add_notice_handler(made.notice)
    return made


def _before_commit(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("access") == "read":
        return
    if not options.get("lasting", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = local")
        return
    there = connection.exec_driver_sql(_ASKED).first() is not None
    made = connection.connection.driver_connection
    if isinstance(made, Waiting):
        made.asked = there
