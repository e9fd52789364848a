"""Single sign-on: who is known by which name at the provider, and what is under way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class SignOnLink(Base):
    """One account of the provider opens one account here. Issuer and subject together: a subject means nothing elsewhere."""

    __tablename__ = "sign_on_link"
    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    linked_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("issuer", "account_id"),)  # and no account is opened by two of them


class SignOnAttempt(Base):
    """Between leaving for the provider and coming back: once, ten minutes, for the browser that left."""

    __tablename__ = "sign_on_attempt"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the state
    browser: Mapped[str] = mapped_column(String(64))  # SHA-256 of the browser cookie
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who links; nobody signs in
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))  # PKCE
    destination: Mapped[str] = mapped_column(String(1500))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
