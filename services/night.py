"""That the nightly run was here: when, and whether it could do everything. Kept beside the settings, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from db import models as m
from domain.rights import Right
from services.door import Actor, Work, work

_KEY = "nightly"


@dataclass(frozen=True)
class Ran:
    at: datetime  # UTC
    whole: bool


def keep(actor: Actor, whole: bool) -> None:
    """At the end of a run; `whole`: nothing was left undone."""
    with work(actor, Right.OPERATE) as w:
        value = {"at": w.now.isoformat(), "whole": whole}
        row = w.session.get(m.Setting, _KEY)
        if row is None:
            w.session.add(m.Setting(key=_KEY, value=value))
        else:
            row.value = value


def last(w: Work) -> Ran | None:
    """None: it never ran."""
    row = w.session.get(m.Setting, _KEY)
    return Ran(datetime.fromisoformat(row.value["at"]), bool(row.value["whole"])) if row else None
