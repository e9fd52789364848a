"""What a letter can say: the values from the dossier, the settings and the procedure, and what the sender entered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select, true

from db import models as m
from db.letters import Letters
from db.profiles import Body, Profile
from db.settings import Settings
from domain.errors import Refused
from domain.facts import Fact
from domain.letters import AHEAD, ASKS, VALUES, AskKind, Mark, Value, date_mark, dated, exact, free, loosely
from domain.terms import Rule, When, due
from domain.texts import clean, line
from domain.vocabulary import Kind, LetterType, Outcome, Relation, Ruling, Status
from domain.workflow import Ground
from services import profiles, promises
from services.door import Work
from text import long_date, weekday_date

APPEAL_LETTERS = frozenset({LetterType.APPEAL_RECEIVED, LetterType.APPEAL_RULING, LetterType.APPEAL_RULING_NOTICE})
_ANSWERS = (
    "RESPONSE",
    "RESPONSE_COMMITTEE",
    "DSR",
    "PROMISED_RESPONSE",
    "EXPECTED_ANSWER",
)  # promises of an answer to the complainant
OF_ANOTHER_BODY = frozenset({"body_name", "body_does"})
_SHORT = 400  # characters of a summary
_YES = Value("ja")


@dataclass(frozen=True)
class Source:
    """Where the values of one letter come from. `sent_on` is the date that it bears."""

    w: Work
    complaint: m.Complaint
    kind: LetterType
    sent_on: date
    extra: Mapping[str, object]
    settings: Settings
    profile: Profile
    letters: Letters

    def rule(self, code: str) -> Rule | None:
        rules = self.profile.rules_for(self.complaint.procedure, self.complaint.overlay)
        return next((rule for rule in rules if rule.code == code), None)

    def answer(self) -> Rule | None:
        """The statutory rule for the judgment, of the main procedure."""
        apart = When.NO_COMMITTEE if self.complaint.by_committee else When.COMMITTEE
        rules = self.profile.rules_for(self.complaint.procedure)
        fit = (rule for rule in rules if rule.statutory and Fact.DECISION_SENT in rule.met_by and rule.when is not apart)
        return next(fit, None)

    def account(self, account_id: int | None) -> str:
        found = self.w.session.get(m.Account, account_id) if account_id else None
        return found.display_name if found else ""

    def bodies(self) -> tuple[Body, ...]:
        """R008, R012: only where we are affiliated, only those of this sector."""
        return tuple(body for body in self.profile.bodies_for(self.complaint.sector) if body.affiliated)

    def asked(self) -> tuple[str, ...]:
        return self.letters.letters[self.kind].asks


def on_day(day: date | None) -> Value:
    return dated(day, weekday_date(day)) if day else Value("")


def plain_day(day: date | None) -> Value:
    return dated(day, long_date(day)) if day else Value("")


def gather(source: Source) -> tuple[dict[str, Value], dict[str, date]]:
    """Every value of domain.letters.VALUES (empty where it is not known), and the dates that the letter promises.

    Raises Refused for what the sender entered: ``unknown_value``, ``letter_date_not_ahead``, ``in_the_future``.
    """
    days = _days(source)
    given, chosen = _given(source)
    days |= chosen
    values = dict.fromkeys(VALUES, Value(""))
    if _article(source, days.get("new_date")):
        days.pop("final_on", None)  # the last day of the law is what moves
    for part in (_common, _complainant, _handling, _outside, _decision, _appeal, _respondent):
        values |= part(source)
    values |= {name: (plain_day if name in ("action_on", "withdrawn_on") else on_day)(day) for name, day in days.items()}
    values |= _extension(source, days.get("new_date"))
    for name, text in source.letters.letters[source.kind].defaults.items():
        values[name] = free(text)
    return values | given, days


# From the dossier and the settings


def _common(source: Source) -> dict[str, Value]:
    settings, complaint = source.settings, source.complaint
    judged = complaint.by_committee and complaint.answered_on is not None  # by our own committee
    return {
        "organisation": exact(settings.organisation),
        "reference": exact(complaint.reference),
        "letter_date": plain_day(source.sent_on),
        "received_on": plain_day(complaint.received_on),
        "summary": free(shortened(complaint.description)),
        "final_source": exact(answer.source if (answer := source.answer()) else ""),
        "privacy_url": exact(settings.privacy_url),
        "contact_name": exact(settings.contact.name),
        "contact_phone": exact(settings.contact.phone),
        "sender": Value(source.w.person.display_name),
        "question": _YES if complaint.kind == Kind.QUESTION else Value(""),
        "position": _YES if judged else Value(""),
        "may_react": Value("") if judged or complaint.kind == Kind.QUESTION else _YES,
    }


def _complainant(source: Source) -> dict[str, Value]:
    row = source.w.session.get(m.Complainant, source.complaint.id)
    return {"salutation": Value((row.name if row else None) or "heer of mevrouw")}


def _handling(source: Source) -> dict[str, Value]:
    complaint = source.complaint
    outcome = source.letters.words.outcome.get(Outcome(complaint.outcome)) if complaint.outcome else None
    return {
        "action": free(complaint.immediate_actions or ""),
        "action_by": exact("" if _is_about(source, complaint.reporter_id) else source.account(complaint.reporter_id)),
        "handler": exact(source.account(complaint.handler_id) or source.settings.contact.name),
        "result": free(outcome or ""),
    }


def _is_about(source: Source, account_id: int | None) -> bool:
    query = select(m.Party.id).where(m.Party.complaint_id == source.complaint.id, m.Party.account_id == account_id)
    return source.w.session.scalar(query.where(m.Party.excluded.is_(True)).limit(1)) is not None


def shortened(text: str) -> str:
    """At most some lines: whole sentences where that goes, else words."""
    text = " ".join(text.split())
    if len(text) <= _SHORT:
        return text
    cut = text[:_SHORT]
    sentence = re.match(r".{80,}[.!?](?=\s)", cut)
    return sentence[0] if sentence else f"{cut.rsplit(' ', 1)[0]} …"


def _outside(source: Source) -> dict[str, Value]:
    bodies = source.bodies()
    listed = "\n".join(f"- {body.name}" + (f", {body.url}" if body.url else "") for body in bodies)
    committee = next((body.name for body in bodies if body.type == "disputes_committee"), "")
    window = source.rule("COMMITTEE_WINDOW")
    until = _due(source, window, source.complaint.received_on) if window and committee else None
    return {
        "bodies": Value(listed, tuple(Mark((each,)) for body in bodies for each in (body.name, body.url) if each)),
        "committee": exact(committee if until else ""),
        "committee_until": on_day(until),
    }


def _decision(source: Source) -> dict[str, Value]:
    query = select(m.Decision).where(m.Decision.complaint_id == source.complaint.id, m.Decision.superseded.is_(False))
    decision = source.w.session.scalar(query.order_by(m.Decision.id.desc()).limit(1))
    values = _appeal_road(source)
    if decision is None:
        return values
    if source.kind is LetterType.DECISION and source.sent_on < decision.decided_on:
        raise Refused("before_decision", "sent_on", earliest=decision.decided_on)
    outcome = Outcome(decision.outcome)
    return values | {
        "outcome": exact(source.letters.words.outcome[outcome]),
        "reasons": free(decision.reasons) if source.kind is LetterType.DECISION else Value(""),
        "measures": _measures(source, decision),
        "upheld": _YES if outcome is Outcome.UPHELD else Value(""),
        "partly": _YES if outcome is Outcome.PARTLY else Value(""),
    }


def _measures(source: Source, decision: m.Decision) -> Value:
    """Each with its date (Wko 1.57b(2)(f)), or the words that there are none."""
    query = select(m.Measure.text, m.Measure.due_on).where(m.Measure.decision_id == decision.id).order_by(m.Measure.id)
    rows = source.w.session.execute(query).all()
    if not rows:
        return exact(source.letters.words.measures["none"])
    listed = "\n".join(f"- {' '.join(text.split()).rstrip('.')} (uiterlijk op {weekday_date(on)})" for text, on in rows)
    marks = [mark for text, on in rows for mark in (loosely(text), date_mark(on, weekday_date(on)))]
    return Value(listed, tuple(marks))


def _appeal_road(source: Source) -> dict[str, Value]:
    """R060: where, how and until when one can appeal, where this procedure has an appeal."""
    confidant, term = source.settings.confidant, source.rule("APPEAL_LODGE")
    if term is None or source.profile.confidant_mode == "support":
        return {"no_appeal": _YES}
    roads = [("telefoon", confidant.phone), ("e-mail", confidant.email)]
    reach = " of ".join(f"{word} {value}" for word, value in roads if value)
    return {
        "appeal": _YES,
        "appeal_until": on_day(_due(source, term, source.sent_on)),
        "confidant_name": exact(confidant.name),
        "confidant_reach": Value(reach, tuple(Mark((value,)) for _, value in roads if value)),
    }


def _article(source: Source, new_date: date | None) -> Rule | None:
    """The statutory rule that this extension moves."""
    if source.kind is not LetterType.EXTENSION or new_date is None or source.complaint.status == Status.IN_APPEAL:
        return None
    moving = promises.moved_by_notice(source.w, source.complaint, new_date)
    return next((rule for rule in moving if rule.statutory), None)


def _extension(source: Source, new_date: date | None) -> dict[str, Value]:
    """domain.md 5.7: that it is an extension under the article; and what it takes to extend it further."""
    rule = _article(source, new_date)
    if rule is None or rule.extend is None:
        return {}
    values = {"extension_article": exact(rule.source)}
    if rule.extend.further_with_consent:
        agreed = promises.consented(source.w, source.complaint)
        values["extension_agreed" if agreed else "extension_further"] = _YES
    return values


def _appeal(source: Source) -> dict[str, Value]:
    query = select(m.Appeal).where(m.Appeal.complaint_id == source.complaint.id).order_by(m.Appeal.id.desc()).limit(1)
    appeal = source.w.session.scalar(query)
    hearing = appeal is not None and source.complaint.status == Status.IN_APPEAL and source.w.person.id == appeal.reviewer_id
    if appeal is None or not (hearing or source.kind in APPEAL_LETTERS):
        return {}
    if source.sent_on < appeal.lodged_on:
        raise Refused("letter_before_appeal", "sent_on")
    reviewer = exact(source.account(appeal.reviewer_id))
    values = {
        "in_appeal": _YES,
        "appeal_on": plain_day(appeal.lodged_on),
        "reviewer": reviewer,
        "contact_name": reviewer,
        "contact_phone": exact(_telephone(source, appeal)),
        "ruling_on": on_day(_ruling_on(source, appeal)),
        "final_on": Value(""),  # the term of the first line has nothing to do with the ruling
    }
    if source.kind in APPEAL_LETTERS and (hearing or appeal.ruled_on):  # until it was told it is the reviewer's alone
        values |= _ruling(source, appeal)
    return values


def _telephone(source: Source, appeal: m.Appeal) -> str:
    own = source.w.session.get(m.Account, appeal.reviewer_id) if appeal.reviewer_id else None
    first = appeal.reviewer_id == source.settings.reviewer_id  # the confidant of the settings
    return (own.phone if own else None) or (source.settings.confidant.phone if first else "")


def _ruling(source: Source, appeal: m.Appeal) -> dict[str, Value]:
    words = source.letters.words
    return {
        "ruling": exact(words.ruling[Ruling(appeal.ruling)] if appeal.ruling else ""),
        "reasons": free(appeal.reasons or ""),
        "consequence": free(appeal.consequence or ""),
        "consequence_on": on_day(appeal.consequence_due_on),
        "binding": exact("" if appeal.binding is None else words.binding["yes" if appeal.binding else "no"]),
    }


def _ruling_on(source: Source, appeal: m.Appeal) -> date | None:
    open_ones = _open_promises(source, ("APPEAL_RULING",))
    rule = source.rule("APPEAL_RULING")
    return max(open_ones) if open_ones else _due(source, rule, appeal.lodged_on) if rule else None


def _respondent(source: Source) -> dict[str, Value]:
    query = select(m.Party.name, m.Party.account_id).where(
        m.Party.complaint_id == source.complaint.id, m.Party.relation == Relation.RESPONDENT
    )
    names = [name or source.account(account_id) for name, account_id in source.w.session.execute(query)]
    topic = f"De klacht gaat over: {source.complaint.category}."
    return {"respondent": exact(names[0] if len(names) == 1 else ""), "gist": free(topic)}


# Days


def _due(source: Source, rule: Rule, trigger_on: date) -> date:
    return due(rule, trigger_on, profiles.calendar(source.w)).legal_on


def _open_promises(source: Source, codes: tuple[str, ...], procedure: str | None = None) -> list[date]:
    query = select(m.Promise.legal_on).where(
        m.Promise.complaint_id == source.complaint.id,
        m.Promise.code.in_(codes),
        m.Promise.met_on.is_(None),
        m.Promise.cancelled_on.is_(None),
        m.Promise.extended_to.is_(None),
        m.Promise.procedure == procedure if procedure else true(),
    )
    return list(source.w.session.scalars(query))


def _days(source: Source) -> dict[str, date]:
    complaint, sent_on = source.complaint, source.sent_on
    react_by = profiles.calendar(source.w).roll_forward(sent_on + timedelta(days=source.letters.react_within_days))
    days = {
        "react_by": react_by,
        "action_on": min(complaint.resolved_on or complaint.received_on, sent_on),
        "withdrawn_on": sent_on,
    }
    promised = source.rule("PROMISED_RESPONSE")
    if promised:
        days["promised_on"] = _within_ceiling(source, due(promised, sent_on, profiles.calendar(source.w)).target_on)
    return days | _next_days(source)


def _within_ceiling(source: Source, day: date) -> date:
    """I9: nothing is promised past the statutory maximum, while that can still be kept."""
    bound = promises.latest_extension(source.w, source.complaint)
    return min(day, bound[0]) if bound and bound[0] > source.sent_on else day


def _next_days(source: Source) -> dict[str, date]:
    """When the complainant hears from us again, and the last day that the law allows; only days that are still ahead."""
    ahead = [day for day in _open_promises(source, _ANSWERS) if day > source.sent_on]
    answer, progress = source.answer(), source.rule("PROGRESS")
    days = {}
    if ahead and progress:
        ahead.append(_due(source, progress, source.sent_on))
    if ahead:
        days["next_on"] = min(ahead)
    if answer:
        standing = _open_promises(source, (answer.code,), answer.procedure)
        final = max(standing, default=_due(source, answer, source.complaint.received_on))
        if final >= source.sent_on:
            days["final_on"] = final
    return days


# What the sender entered


def _given(source: Source) -> tuple[dict[str, Value], dict[str, date]]:
    values: dict[str, Value] = {}
    days: dict[str, date] = {}
    for name in source.asked():
        kind, entered = ASKS[name], source.extra.get(name)
        if name in OF_ANOTHER_BODY and not another_body(source):
            continue
        if entered is None or (entered == "" and kind not in (AskKind.LINE, AskKind.TEXT)):
            continue  # what the dossier proposes; an emptied text is empty
        match kind:
            case AskKind.DATE:
                days[name] = _day(source, name, entered)
            case AskKind.BODY:
                values |= _body(source, entered)
            case AskKind.GROUND:
                values[name] = exact(source.letters.words.ground[_ground(entered)])
            case _:
                values[name] = _text(name, kind, entered)
    return values, days


def _text(name: str, kind: AskKind, entered: object) -> Value:
    if not isinstance(entered, str):
        raise Refused("unknown_value", name)
    return exact(line(entered, name)) if kind is AskKind.LINE else free(clean(entered, name))


def _day(source: Source, name: str, entered: object) -> date:
    if not isinstance(entered, date) or isinstance(entered, datetime):
        raise Refused("unknown_value", name)
    if name in AHEAD and entered <= source.sent_on:
        raise Refused("letter_date_not_ahead", name)
    if name not in AHEAD and entered > source.sent_on:
        raise Refused("letter_date_ahead", name)
    return entered


def _ground(entered: object) -> Ground:
    try:
        return Ground(str(entered))
    except ValueError:
        raise Refused("unknown_value", "ground") from None


def another_body(source: Source) -> bool:
    """Did the sender choose a body that the profile does not know by name?"""
    return any(body.key == source.extra.get("body") and body.type == "other" for body in source.profile.bodies)


def _body(source: Source, entered: object) -> dict[str, Value]:
    body = next((each for each in source.profile.bodies if each.key == entered), None)
    if body is None:
        raise Refused("unknown_value", "body")
    named = body.type != "other"
    return {
        "body_name": exact(body.name if named else ""),
        "body_does": free(body.does if named else ""),
        "body_conditions": free(body.conditions),
        "body_costs": free(body.costs),
        "body_url": exact(body.url),
    }
