"""A letter on paper: the same sheet as .docx and as .pdf. Pure functions: a sheet in, bytes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.letters import Block


@dataclass(frozen=True)
class Sheet:
    """Everything that is printed, in Dutch, ready to print. `links`: addresses of our own that may be clicked; what
    somebody typed is never a link."""

    organisation: str
    sender_lines: tuple[str, ...]  # postal address, website
    addressee: tuple[str, ...]
    place_and_date: str
    reference: str
    subject: str
    blocks: tuple[Block, ...]
    labels: dict[str, str] = field(default_factory=dict)  # reference, page, of
    links: tuple[str, ...] = ()
    draft: str = ""  # the word that says this is not the letter that was sent; empty on the letter itself


@dataclass(frozen=True)
class Entry:
    title: str
    lines: tuple[str, ...] = ()  # about it
    texts: tuple[str, ...] = ()  # what somebody wrote


@dataclass(frozen=True)
class Table:
    """The first column is words, the others are numbers."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """Lying bars, one for each series at each label, with its number. `alt`: what somebody hears who does not see it."""

    title: str
    alt: str
    series: tuple[str, ...]  # at most two
    bars: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Section:
    heading: str
    facts: tuple[tuple[str, str], ...] = ()  # label, value
    entries: tuple[Entry, ...] = ()
    texts: tuple[str, ...] = ()  # above the rest
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Report:
    """A whole dossier, or a report about many, ready to print."""

    organisation: str
    title: str
    about: tuple[str, ...]
    footer: str
    sections: tuple[Section, ...]
    labels: dict[str, str]  # page, of
