"""Colleagues whose name looks like one that somebody typed. They were not chosen from the list, so nothing keeps the dossier
from them yet; `services/shield.py` puts it to who may say whether it is them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from db import models as m
from domain.resemblance import Likeness, resembles
from domain.vocabulary import EventKind
from services.door import Work
from services.records import everything_in


@dataclass(frozen=True)
class Lookalike:
    account_id: int
    typed: str
    sure: bool  # sees nothing until somebody answers


def active_names(w: Work) -> tuple[tuple[int, str], ...]:
    query = select(m.Account.id, m.Account.display_name).where(m.Account.active.is_(True)).order_by(m.Account.id)
    return tuple((account_id, name) for account_id, name in w.session.execute(query))


def lookalikes(names: Iterable[tuple[int, str]], typed: Iterable[str | None]) -> tuple[Lookalike, ...]:
    """One per colleague, the surest; in the order of their accounts. `names`: what `active_names` answers."""
    said = [each for each in dict.fromkeys(typed) if each]
    found = []
    for account_id, name in names:
        like = [(each, how) for each in said if (how := resembles(each, name))]
        sure = [each for each, how in like if how is Likeness.SURE]
        if like:
            found.append(Lookalike(account_id, sure[0] if sure else like[0][0], bool(sure)))
    return tuple(found)


def settled(w: Work, complaint: m.Complaint) -> frozenset[tuple[int, str]]:
    """Of whom nothing is to be asked about which name: it is asked already, or somebody said that it is not them. A question
    that went with the name says nothing: the name may come back."""
    asked = {(row.account_id, row.name) for row in everything_in(w, complaint, m.Party.account_id, m.Party.name)}
    texts = dict(tuple(row) for row in everything_in(w, complaint, m.EventText.event_id, m.EventText.text))
    events = everything_in(w, complaint, m.Event.id, m.Event.kind, m.Event.codes)
    said = [each for each in events if each.kind == EventKind.RESEMBLES_NOT and not each.codes.get("name_gone")]
    answered = {(each.codes["resembled"], texts.get(each.id)) for each in said}
    return frozenset((account_id, name) for account_id, name in asked | answered if account_id and name)
