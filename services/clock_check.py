"""Is the date of the server one to destroy by? A machine whose clock is years ahead would let everything go at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from db import models as m
from services.door import Work, clock_is_given

BEHIND = timedelta(days=1)  # before what was put down already
SETTLED = timedelta(days=7)  # what happened since may have happened at the wrong date too
SILENT = timedelta(days=400)  # no register that is in use lies still for so long


def clock_wrong(w: Work) -> bool:
    """Does the date lie before something that happened, or so long after the last thing that it cannot be right? After a
    silence that was real it is believed again a week after somebody came back."""
    if clock_is_given():
        return False
    newest, settled = _newest(w), _newest(w, w.now - SETTLED)
    return (newest is not None and w.now < newest - BEHIND) or (settled is not None and w.now - settled > SILENT)


def _newest(w: Work, until: datetime | None = None) -> datetime | None:
    """The last event or sign-in (up to `until`), over the tables: whoever asks, and whatever they may see."""
    columns = (m.Event.__table__.c.recorded_at, m.AuthSession.__table__.c.last_seen_at)
    queries = [select(func.max(each)).where(*([each <= until] if until else [])) for each in columns]
    found = [w.session.scalar(each, execution_options={"second_lock": False}) for each in queries]
    return max((each for each in found if each is not None), default=None)
