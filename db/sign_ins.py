"""The log of sign-ins: about accounts, without names that were typed, addresses or browsers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, key


class SignInNote(Base):
    """What happened to the sign-in of one account; append-only, until its term is over."""

    __tablename__ = "sign_in_note"
    id: Mapped[int] = key()
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # none: a name that nobody has
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # somebody else who did it
    what: Mapped[str] = mapped_column(String(30))  # domain.sign_ins.SignIn
    why: Mapped[str | None] = mapped_column(String(30))  # a code
    at: Mapped[datetime] = mapped_column(index=True)
