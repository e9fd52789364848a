"""The answer to who asked what is held about them: one file with what somebody decided to give, without what leads to others,
and with what the law asks to say besides. That it was made stands in every dossier that is in it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db import models as m
from db.settings import read_settings
from domain import sealed
from domain.access import Choice, Identity, Sought, Subject
from domain.entries import choice, day
from domain.errors import Refused
from domain.rights import Right
from domain.texts import line
from domain.traces import without
from domain.vocabulary import EventKind
from services import attachments, profiles
from services.access import Fragment, Proposal, proposal_in, tidy
from services.door import Actor, Work, work
from services.export_log import ZIP, Listed, keep
from services.made_files import MadeFiles
from services.records import load, load_to_append, record
from services.rendering import Entry, Report, Section, pdf
from services.sealed_export import seal_of
from text import moment, short_date, translate

FILES = MadeFiles("access", ".zip")
_ROOM = 50 * 1024 * 1024  # bytes that stay free besides it
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)
_SIGNS = frozenset("0123456789abcdef")
_DATA, _LIST, _SEAL = "gegevens.json", "lijst.json", "zegel.json"
_MOST_HIDDEN = 500  # words


@dataclass(frozen=True)
class Asked:
    """`choices`: a Choice for every piece that `services.access.propose` answered, by its key; `hidden`: the words that are
    made unreadable."""

    form_id: str
    sought: Sought
    subject: str
    identity: str
    asked_on: date | None
    references: tuple[str, ...]
    choices: Mapping[str, str]
    hidden: tuple[str, ...]


@dataclass(frozen=True)
class Ready:
    """`token`: give it to `fetch`."""

    token: str
    size: int  # bytes
    dossiers: int
    gone: int  # attachments that could not be put in, because their file is gone


@dataclass(frozen=True)
class _Answer:
    """Everything that goes into it, as it was at one moment."""

    about: tuple[tuple[str, str], ...]
    said: tuple[str, ...]
    given: tuple[Fragment, ...]  # what leads to others is not in them any more
    left_out: tuple[tuple[str, str, int], ...]  # which part, the ground, how many
    organisation: str
    by: str
    at: datetime


def make(actor: Actor, asked: Asked) -> Ready:
    """The same twice with one `form_id` is once. Raises Refused: ``missing``, ``unknown_value``, ``unknown_person``,
    ``in_the_future``, ``access_too_many``, ``not_found``, ``changed_meanwhile``, ``sealed_no_room``."""
    with work(actor, Right.EXPORT_DOSSIER):
        pass  # the right; what follows only reads, and keeps no writer waiting
    with work(actor, Right.READ) as w:
        token, account_id = _token(w, asked), w.me
        path = FILES.path(account_id, token)
        if path.is_file():
            return _made(path, token)
        answer = _answer(w, asked)
    FILES.prune(answer.at, account_id)
    with _half_made(answer) as half:
        _write(half, answer)
        digest = hashlib.sha256(half.read_bytes()).hexdigest()
        with work(actor, Right.EXPORT_DOSSIER) as w:
            _put_down(w, asked, token, digest)
            os.utime(half, (w.now.timestamp(), w.now.timestamp()))
        half.replace(path)  # only now: what could not be written down is never served
    ready = _made(path, token)
    keep(actor, Listed.ACCESS, ZIP, ready.dossiers)
    return ready


def _made(path: Path, token: str) -> Ready:
    with zipfile.ZipFile(path) as archive:
        data, files = json.loads(archive.read(_DATA)), json.loads(archive.read(_LIST))
    return Ready(token, path.stat().st_size, len(data["dossiers"]), len(files["gone"]))


def fetch(actor: Actor, made: str) -> tuple[Path, str]:
    """`made`: its token. Where it lies, and the name to save it under; for who made it, a quarter of an hour long, and no
    longer than they may take its dossiers along. Raises Refused ``not_found``."""
    with work(actor, Right.EXPORT_DOSSIER) as w:
        FILES.prune(w.now)
        path = FILES.path(w.me, made) if len(made) == 32 and _SIGNS.issuperset(made) else None
        if path is None or not path.is_file():
            raise Refused("not_found")
        with zipfile.ZipFile(path) as archive:
            references = [each["kenmerk"] for each in json.loads(archive.read(_DATA))["dossiers"]]
        for each in references:
            load(w, each)
        return path, f"inzage-{w.today}.zip"


def sweep(actor: Actor) -> None:
    """For the nightly run and the start: what can be downloaded no more goes."""
    with work(actor, Right.OPERATE) as w:
        now = w.now
    FILES.prune(now)


def preview(proposal: Proposal, hidden: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What of each piece would be in the file, by its key: the title, and the texts."""
    words = _hidden(proposal, hidden)
    return {
        each.key: (without(each.title, words), *(without(text, words) for text in each.texts)) for each in proposal.fragments
    }


# What goes into it


def _answer(w: Work, asked: Asked) -> _Answer:
    subject, identity = choice(Subject, asked.subject, "subject"), choice(Identity, asked.identity, "identity")
    asked_on, sought = day(asked.asked_on, "asked_on", latest=w.today), tidy(w, asked.sought)
    if len(asked.hidden) > _MOST_HIDDEN:
        raise Refused("text_too_long", "hidden", longest=_MOST_HIDDEN, length=len(asked.hidden))
    proposal = proposal_in(w, sought, subject, asked.references)
    if {each.key for each in proposal.fragments} != set(asked.choices):
        raise Refused("changed_meanwhile")
    chosen = {key: choice(Choice, value, "choice") for key, value in asked.choices.items()}
    words = _hidden(proposal, asked.hidden)
    out = Counter((each.heading, chosen[each.key]) for each in proposal.fragments)
    return _Answer(
        about=_about(w, sought, subject, identity, asked_on),
        said=_said(w),
        given=tuple(_masked(each, words) for each in proposal.fragments if chosen[each.key] is Choice.GIVEN),
        left_out=tuple(
            (heading, _t(f"access.choice_{why}"), number)
            for (heading, why), number in out.items()
            if why not in (Choice.GIVEN, Choice.ELSEWHERE)
        ),
        organisation=read_settings(w.session).organisation,
        by=w.person.display_name,
        at=w.now,
    )


def _hidden(proposal: Proposal, hidden: tuple[str, ...]) -> dict[str, str]:
    """What takes the place of each word."""
    kinds = {each.words: _t(f"access.hidden_{each.what}") for each in proposal.traces}
    words = (line(each, "hidden") for each in hidden)
    return {each: kinds.get(each, _t("access.hidden")) for each in words if each}


def _masked(each: Fragment, words: Mapping[str, str]) -> Fragment:
    texts = tuple(without(text, words) for text in each.texts)
    return Fragment(each.key, each.reference, each.heading, without(each.title, words), texts, each.proposed, each.token)


def _about(w: Work, sought: Sought, subject: Subject, identity: Identity, asked_on: date) -> tuple[tuple[str, str], ...]:
    return (
        (_t("access.name"), sought.name),
        (_t("access.subject"), _t(f"access_subject.{subject}")),
        (_t("access.asked_on"), short_date(asked_on, "nl")),
        (_t("access.identity"), _t(f"access_identity.{identity}")),
        (_t("access.file_made"), f"{moment(w.now, 'nl')}, {w.person.display_name}"),
    )


def _said(w: Work) -> tuple[str, ...]:
    """Art. 15 lid 1 AVG: why, from where, for whom, how long, and what else one may ask."""
    own, terms = read_settings(w.session), profiles.current(w).retention
    contact = own.contact.words or own.organisation
    kept = {"regular": terms.regular, "unwanted": terms.unwanted_behaviour, "wb": terms.whistleblower}
    said = [_t(f"access.file_{each}") for each in ("scope", "purposes", "sources", "recipients")]
    said.append(_t("access.file_terms", **kept, contact=terms.contact))
    said += [_t(f"access.file_{each}") for each in ("rights", "not_searched", "hidden")]
    said.append(_t("access.file_contact", contact=contact))
    return (*said, _t("access.file_privacy", url=own.privacy_url)) if own.privacy_url else tuple(said)


def _token(w: Work, asked: Asked) -> str:
    """The same for the same click, another one as soon as anything was decided otherwise."""
    said = (w.me, str(asked.form_id), repr(asked.sought), asked.subject, asked.identity, str(asked.asked_on))
    whole = json.dumps([*said, sorted(asked.references), sorted(asked.choices.items()), sorted(asked.hidden)], default=str)
    return hashlib.sha256(whole.encode(errors="replace")).hexdigest()[:32]


def _put_down(w: Work, asked: Asked, token: str, digest: str) -> None:
    """In each dossier of which somebody looked at every piece; in one order, so that nobody waits for each other."""
    codes: dict[str, Any] = {
        "asked_as": asked.subject,
        "identified": asked.identity,
        "sha256": digest,
        "form": token,
    }
    for reference in sorted(set(asked.references)):
        complaint = load_to_append(w, reference)
        before = select(m.Event.codes).where(m.Event.complaint_id == complaint.id, m.Event.kind == EventKind.ACCESS_GIVEN)
        if all(each.get("form") != codes["form"] for each in w.session.scalars(before)):
            record(w, complaint, EventKind.ACCESS_GIVEN, **codes)
            w.session.add(m.AccessLog(account_id=w.me, complaint_id=complaint.id, at=w.now, what="access"))


# The file


def _write(path: Path, answer: _Answer) -> None:
    listed: dict[str, str] = {}
    gone: list[str] = []
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (("overzicht.pdf", _printed(answer)), (_DATA, _json(_data(answer)))):
            archive.writestr(_entry(name), content)
            listed[name] = hashlib.sha256(content).hexdigest()
        for number, each in enumerate((each for each in answer.given if each.token), start=1):
            source = attachments.stored_at(each.token)
            name = sealed.attachment_path(number, each.title)
            if not source.is_file():
                gone.append(name)
                continue
            with source.open("rb") as stored, archive.open(_entry(name), "w") as entry:
                shutil.copyfileobj(stored, entry)
            listed[name] = hashlib.sha256(source.read_bytes()).hexdigest()
        files = _json({"sha256": listed, "gone": gone})
        archive.writestr(_entry(_LIST), files)
        archive.writestr(_entry(_SEAL), _json({"hmac_sha256": seal_of(files)}))


def _printed(answer: _Answer) -> bytes:
    sections = [Section(_t("access.file_about"), facts=answer.about, texts=answer.said)]
    for reference, headings in _grouped(answer).items():
        entries = [
            Entry(f"{heading}{': ' if each.title else ''}{each.title}", texts=each.texts)
            for heading, pieces in headings.items()
            for each in pieces
        ]
        sections.append(Section(_t("access.file_dossier", reference=reference), entries=tuple(entries)))
    if not answer.given:
        sections.append(Section(_t("access.file_given"), texts=(_t("access.file_nothing"),)))
    left = tuple((heading, f"{number}: {why}") for heading, why, number in answer.left_out)
    if left:
        sections.append(Section(_t("access.file_left_out"), facts=left))
    title = _t("access.file_title")
    footer = f"{title}, {moment(answer.at, 'nl')}"
    labels = {name: _t(f"letters.sheet.{name}") for name in ("page", "of")}
    return pdf.render_report(Report(answer.organisation, title, (), footer, tuple(sections), labels))


def _grouped(answer: _Answer) -> dict[str, dict[str, list[Fragment]]]:
    found: dict[str, dict[str, list[Fragment]]] = {}
    for each in answer.given:
        found.setdefault(each.reference, {}).setdefault(each.heading, []).append(each)
    return found


def _data(answer: _Answer) -> dict[str, Any]:
    """The same for a machine (art. 15 lid 3 AVG)."""
    return {
        "over": dict(answer.about),
        "toelichting": list(answer.said),
        "dossiers": [
            {
                "kenmerk": reference,
                "stukken": [
                    {"onderdeel": heading, "titel": each.title, "tekst": list(each.texts)}
                    for heading, pieces in headings.items()
                    for each in pieces
                ],
            }
            for reference, headings in _grouped(answer).items()
        ],
        "weggelaten": [{"onderdeel": part, "grond": why, "aantal": number} for part, why, number in answer.left_out],
    }


def _t(key: str, **values: object) -> str:
    return translate("nl", key, **values)


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, _NO_CLOCK)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    return entry


@contextmanager
def _half_made(answer: _Answer) -> Iterator[Path]:
    """A file that is there whole afterwards, or not at all."""
    folder = FILES.folder()
    stored = [attachments.stored_at(each.token) for each in answer.given if each.token]
    if shutil.disk_usage(folder).free < sum(each.stat().st_size for each in stored if each.is_file()) + _ROOM:
        raise Refused("sealed_no_room")
    path = folder / f"half-{secrets.token_hex(16)}"
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        yield path
    finally:
        path.unlink(missing_ok=True)
