"""For tests that need a past which nobody may write any more: what keeps it is off for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from db import append_only


@contextmanager
def unkept(session: Session) -> Iterator[None]:
    append_only.take_off(session.connection())
    yield
    session.flush()  # what was changed goes while it may
    append_only.put_on(session.connection())
