"""What a person is typing, per account and page: it survives a reload, a restart and an expired session."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from db import models as m
from domain.errors import Refused
from domain.rights import Right
from services.door import Actor, Work, work

LARGEST = 1_000_000  # characters, as JSON
KEPT_FOR = timedelta(days=30)  # what somebody forgot holds personal data too


def keep(actor: Actor, page: str, content: dict[str, Any]) -> None:
    """Replace the draft of this page; `content` is plain JSON. Raises Refused ``draft_too_large``."""
    with work(actor, Right.SELF, lasting=False) as w:
        if len(json.dumps(content)) > LARGEST:
            raise Refused("draft_too_large")
        w.session.execute(delete(m.Draft).where(m.Draft.account_id == w.me, m.Draft.updated_at < w.now - KEPT_FOR))
        row = _row(w, page)
        if row is None:
            w.session.add(m.Draft(account_id=w.me, page=page, content=content, updated_at=w.now))
        else:
            row.content, row.updated_at = content, w.now


def recall(actor: Actor, page: str) -> dict[str, Any]:
    """What was being typed here; empty when there is nothing, or nothing from the last thirty days."""
    with work(actor, Right.ENTER) as w:
        row = w.session.get(m.Draft, (w.me, page)) if _can_be(page) else None
        return dict(row.content) if row and row.updated_at >= w.now - KEPT_FOR else {}


def drop(actor: Actor, page: str) -> None:
    with work(actor, Right.SELF) as w:
        forget(w, page)


def forget(w: Work, page: str) -> None:
    """Inside the transaction that makes what the draft was for: afterwards there is the one or the other, never both."""
    row = _row(w, page)
    if row is not None:
        w.session.delete(row)


def _can_be(page: str) -> bool:
    return 0 < len(page) <= 80 and page.isprintable()  # pages put references from the address in it


def _row(w: Work, page: str) -> m.Draft | None:
    if not _can_be(page):
        raise Refused("not_found")
    # Two tabs of one person wait for each other here: their first drafts would be one row.
    w.session.execute(select(m.Account.id).where(m.Account.id == w.me).with_for_update(key_share=True))
    return w.session.get(m.Draft, (w.me, page))
