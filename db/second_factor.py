"""The second step of signing in: a secret for one-time codes per account, and the codes for when the telephone is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, key


class SecondFactor(Base):
    """Secrets are encrypted under the server's key, which is not in the database. Without `secret` there is none yet; a
    pending one belongs to the session or the ticket (its SHA-256) that asked for it."""

    __tablename__ = "second_factor"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    secret: Mapped[str | None] = mapped_column(String(200))
    since: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)  # of the last accepted code: no code counts twice
    pending: Mapped[str | None] = mapped_column(String(200))
    pending_for: Mapped[str | None] = mapped_column(String(64))
    pending_at: Mapped[datetime | None]


class RecoveryCode(Base):
    __tablename__ = "recovery_code"
    id: Mapped[int] = key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # HMAC under the server's key
    used_at: Mapped[datetime | None]
