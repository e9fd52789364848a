"""An account held still: whoever comes in with it and whoever changes how one comes in wait for each other.

One order for everybody, so that no two wait for each other for ever: the request or the link, the administrators (who must
not all leave), this account, then its sessions, tickets, second step and names at the provider.
"""

from __future__ import annotations

from sqlalchemy import select

from db import models as m
from domain.errors import Refused
from services.door import Work, is_live


def hold(w: Work, account_id: int) -> m.Account:
    """As it stands now, and so until this transaction ends. Who refers to it (a new dossier) does not wait."""
    query = select(m.Account).where(m.Account.id == account_id).with_for_update(key_share=True)
    return w.session.scalars(query, execution_options={"populate_existing": True}).one()


def hold_own(w: Work) -> m.Account:
    """Of who asks. Raises Refused ``signed_out``: this session ended while one waited."""
    account = hold(w, w.me)
    row = w.session.get_one(m.AuthSession, w.session_id, populate_existing=True)
    if not is_live(row, account, w.now):
        raise Refused("signed_out")
    return account
