"""Retention: the terms in a profile, and the tables of what was decided about keeping dossiers and of what went."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import field
from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, dossier_key
from db.toml_lines import KeyPath
from domain.retention import Terms
from domain.vocabulary import Compartment

Years = Annotated[int, Field(strict=True, ge=1, le=30)]


@dataclass(frozen=True, config=ConfigDict(extra="forbid", str_strip_whitespace=True))
class RetentionText:
    """`[retention]` as written (domain.md 5.9). A procedure without it keeps these defaults."""

    regular: Years = 2
    unwanted_behaviour: Years = 1
    whistleblower: Years = 2
    contact: Years = 1
    access_log: Years = 2
    evaluations: Annotated[int, Field(strict=True, ge=1, le=24)] = 3  # months; what a dismissed evaluation form said
    reported: tuple[Annotated[int, Field(ge=1, le=12)], Annotated[int, Field(ge=1, le=28)]] = (6, 1)
    procedures: dict[str, Years] = field(default_factory=dict)

    def terms(self) -> Terms:
        kept = {
            Compartment.REGULAR: self.regular,
            Compartment.UNWANTED_BEHAVIOUR: self.unwanted_behaviour,
            Compartment.WHISTLEBLOWER: self.whistleblower,
        }
        return Terms(kept, self.contact, self.access_log, self.reported, self.procedures)


def wrong(text: RetentionText, procedures: Container[str], known: str) -> Iterator[tuple[KeyPath, str, dict[str, object]]]:
    """What the shape cannot say."""
    for name in text.procedures:
        if name not in procedures:
            yield ("retention", "procedures", name), "unknown_name", {"name": name, "known": known}
    shortest = min(text.regular, text.unwanted_behaviour, text.whistleblower, *text.procedures.values())
    if text.contact > shortest:
        yield ("retention", "contact"), "contact_longer", {"years": shortest}


class Retention(Base):
    """What somebody decided about keeping one dossier: that it has to stay, or that it should go."""

    __tablename__ = "retention"
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    held_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    held_on: Mapped[date | None]
    held_reason: Mapped[str | None] = mapped_column(Text)
    proposed: Mapped[str | None] = mapped_column(String(20))  # domain.retention.What
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_on: Mapped[date | None]
    proposed_alone: Mapped[bool] = mapped_column(default=False)  # who proposed was the only keeper of a closed compartment
    proposed_seq: Mapped[int | None]  # the last event then: with a newer one it is not the same dossier any more


class Destroyed(Base):
    """The register of what went: never changed, and without anything of what it was about."""

    __tablename__ = "destroyed"
    id: Mapped[int] = dossier_key()
    reference: Mapped[str] = mapped_column(String(20), index=True)  # what a restored backup has to lose again
    compartment: Mapped[str] = mapped_column(String(30))
    what: Mapped[str] = mapped_column(String(20))
    years: Mapped[int]  # the term
    ended_on: Mapped[date]  # from when it counted
    until: Mapped[date]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    destroyed_on: Mapped[date]
    destroyed_at: Mapped[datetime]
    files: Mapped[int]


class DoomedFile(Base):
    """A file of which the row is gone, until the file is gone too."""

    __tablename__ = "doomed_file"
    token: Mapped[str] = mapped_column(String(48), primary_key=True)  # or of one that was half-written: with .half
