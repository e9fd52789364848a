"""What was asked about an account, and by whom it was confirmed (docs/adr/0009)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, key


class AccountRequest(Base):
    """Never deleted. About accounts only: nothing of any dossier stands here."""

    __tablename__ = "account_request"
    id: Mapped[int] = key()
    kind: Mapped[str] = mapped_column(String(20))  # domain.granting.Kind
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    before: Mapped[list[str]] = mapped_column(JSON)  # the roles then
    after: Mapped[list[str]] = mapped_column(JSON)  # and those asked for; the same for other kinds
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # none: a command on the server
    asked_at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(20))  # domain.granting.Decision
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # carried out; of a link: made
    code: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of what the confirmer tells the person
    used_at: Mapped[datetime | None]  # of a link: a password was chosen with it
    told_at: Mapped[datetime | None]  # the person whose account it is has seen it
