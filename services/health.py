"""How the register is, for whoever watches over it. Looking takes some work of the database: it is done by one at a time, and
what was found is told again for a moment, so that nobody can slow the register down by asking."""

from __future__ import annotations

from threading import Event, Lock, Thread
from time import monotonic

from domain.health import Check, Health, fault
from domain.rights import Right
from services import health_checks
from services.door import Actor, SystemActor, work

KEPT = 2.0  # seconds
PATIENCE = 5.0  # who asks waits no longer; a database that is locked keeps us for ten


class _Look:
    """One look at everything, by a thread that nobody has to wait for."""

    def __init__(self) -> None:
        self.done = Event()
        self.at = 0.0
        self.found = Health((fault(Check.DATABASE, "database_slow"),))
        Thread(target=self._look, name="health", daemon=True).start()

    def _look(self) -> None:
        try:
            self.found = Health(health_checks.look())
        finally:
            self.at = monotonic()
            self.done.set()

    @property
    def fresh(self) -> bool:
        return not self.done.is_set() or monotonic() - self.at < KEPT


_lock = Lock()
_last: _Look | None = None


def _latest() -> Health:
    global _last
    with _lock:
        if _last is None or not _last.fresh:
            _last = _Look()
        look = _last
    look.done.wait(PATIENCE)
    return look.found


def forget() -> None:
    """For tests: the next one who asks looks anew."""
    global _last
    with _lock:
        _last = None
    health_checks.forget()


def ready(actor: Actor) -> Health:
    """For ``/readyz`` and ``manage.py health``. An operator's command is known without a database, which may be away."""
    if not (isinstance(actor, SystemActor) and not actor.account and Right.OPERATE in actor.rights):
        with work(actor, Right.OPERATE):
            pass
    return _latest()


def show(actor: Actor) -> Health:
    """For the administrator."""
    with work(actor, Right.ACCOUNTS):
        pass
    return _latest()
