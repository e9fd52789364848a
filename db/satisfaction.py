"""What the complainant says of how it went, asked once it is over."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Satisfaction(Base):
    """Two questions: how we handled it, and what came of it. Answered without a score: they did not want to answer."""

    __tablename__ = "satisfaction"
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    invited_on: Mapped[date]
    answered_on: Mapped[date | None]
    process: Mapped[int | None]  # 1 to 5, as the outcome
    outcome: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(Text)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))  # the last one about it
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
