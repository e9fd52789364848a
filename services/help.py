"""The procedure in plain words for this organisation: from its profile, with the people and links of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from db import models as m
from db.profiles import Body, HelpText, LadderStep, Profile, Sector
from db.settings import Contact as Contact
from db.settings import Settings, read_settings
from domain.rights import Right
from domain.terms import Reach, Rule
from services import profiles, promises
from services.door import Actor, Work, work
from services.reckoning import term_words


@dataclass(frozen=True)
class TermLine:
    """One promise of a procedure."""

    label: str
    term: str  # "een week", "2 werkdagen"
    standing: str  # law, house, practice, proposal
    source: str


@dataclass(frozen=True)
class ProcedureHelp:
    label: str
    explanation: str
    sectors: tuple[str, ...]  # labels; none where there is only one
    terms: tuple[TermLine, ...]


@dataclass(frozen=True)
class Help:
    organisation: str
    label: str  # of the profile
    updated_on: date  # R064
    texts: tuple[HelpText, ...]
    procedures: tuple[ProcedureHelp, ...]
    ladder: tuple[LadderStep, ...]
    bodies: tuple[tuple[Body, tuple[str, ...]], ...]  # each with the labels of its sectors; none: all
    contact: Contact
    confidant: Contact
    director: str
    privacy_url: str
    privacy_version_on: date | None
    website: str

    def text(self, key: str) -> HelpText | None:
        return next((each for each in self.texts if each.key == key), None)


def read(actor: Actor) -> Help:
    """For everybody who is signed in. Raises Refused ``no_profile`` while the register has none."""
    with work(actor, Right.ENTER) as w:
        profile, settings = profiles.current(w), read_settings(w.session)
        labels = {sector.key: sector.label for sector in profile.sectors}
        return Help(
            organisation=settings.organisation,
            label=profile.label,
            updated_on=profile.updated_on,
            texts=profile.help,
            procedures=_procedures(profile, w.person.language),
            ladder=profile.ladder,
            bodies=tuple((body, tuple(labels[key] for key in body.sectors)) for body in profile.bodies if body.key != "other"),
            contact=settings.contact,
            confidant=settings.confidant,
            director=_director(w, settings),
            privacy_url=settings.privacy_url,
            privacy_version_on=settings.privacy_version_on,
            website=settings.website,
        )


def _director(w: Work, settings: Settings) -> str:
    query = select(m.Account.display_name).where(m.Account.id == settings.director_id, m.Account.active)
    return w.session.scalar(query) or ""


def _procedures(profile: Profile, language: str) -> tuple[ProcedureHelp, ...]:
    """Those that an ordinary complaint can follow, the main one of a sector before its overlay."""
    used = dict.fromkeys(key for sector in profile.sectors for key in (sector.procedure, sector.overlay) if key)
    found = {each.key: each for each in profile.procedures}
    return tuple(
        ProcedureHelp(
            found[key].label,
            found[key].explanation,
            _used_by(profile.sectors, key),
            tuple(_line(rule, language) for rule in profile.terms if rule.procedure == key and rule.reach is Reach.DOSSIER),
        )
        for key in used
    )


def _used_by(sectors: tuple[Sector, ...], procedure: str) -> tuple[str, ...]:
    if len(sectors) == 1:
        return ()
    return tuple(each.label for each in sectors if procedure in (each.procedure, each.overlay))


def _line(rule: Rule, language: str) -> TermLine:
    return TermLine(
        promises.label(rule.key, rule, language),
        term_words(rule.term, language),
        rule.standing,
        rule.source,
    )
