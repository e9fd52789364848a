"""Terms computed from dates alone, without a register: for `manage.py terms`, and for who edits a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from db.closed_days import closed_days
from db.profiles import Profile, parse
from domain.book import PLAIN, Circumstances, rule_of
from domain.calendar import Calendar
from domain.errors import Refused
from domain.explain import Explanation, Names, explain
from domain.facts import Fact
from domain.ledger import Entry, replay
from domain.promises import Promise, first_red_day, state
from domain.terms import Roll, Rule, Term, When
from services.explanations import Explained, in_words, names_of
from services.profiles import standard
from text import long_date, translate, weekday_date

__all__ = ["Circumstances", "Entry", "Reckoned", "circumstances", "entries", "read_profile", "reckon", "term_words"]

FIRST_YEAR, LAST_YEAR = 2000, 2100
# On one day things happen in this order.
_ORDER = {fact: number for number, fact in enumerate(Fact)}


@dataclass(frozen=True)
class Reckoned:
    promise: Promise
    rule: Rule
    why: Explanation

    def explained(self, profile: Profile, language: str = "nl") -> Explained:
        """Why it has its dates; `profile` is where its rule stands."""
        updated = long_date(profile.updated_on, language)
        version = translate(language, "explain.version_file", name=profile.name, updated=updated)
        return in_words(self.why, self.rule.label, version, language)

    def as_data(self, today: date | None) -> dict[str, object]:
        """Plain values for JSON; with `today`, its state on that day too."""
        promise, rule = self.promise, self.rule
        data: dict[str, object] = {
            "key": promise.key,
            "procedure": promise.procedure,
            "code": promise.code,
            "label": rule.label,
            "trigger_on": promise.trigger_on.isoformat(),
            "target_on": promise.target_on.isoformat(),
            "legal_on": promise.legal_on.isoformat(),
            "red_on": None if promise.informative else first_red_day(promise).isoformat(),
            "statutory": promise.statutory,
            "informative": promise.informative,
            "met_on": _iso(promise.met_on),
            "notice_on": _iso(promise.notice_on),
            "extended_to": _iso(promise.extended_to),
            "cancelled_on": _iso(promise.cancelled_on),
            "cancel_reason": promise.cancel_reason,
            "rule": _rule_data(rule),
        }
        return data | ({"state": state(promise, today).value} if today else {})

    def sentence(self, today: date | None, language: str = "nl") -> str:
        """One promise for who reads it in a terminal."""
        promise, rule = self.promise, self.rule
        words = {
            "code": promise.key,
            "label": rule.label,
            "target": weekday_date(promise.target_on, language),
            "legal": weekday_date(promise.legal_on, language),
            "term": term_words(rule.term, language),
            "source": rule.source,
        }
        said = translate(
            language, "terms.promise_rolled" if promise.legal_on != promise.target_on else "terms.promise", **words
        )
        return f"{said} [{translate(language, f'promise_state.{state(promise, today)}')}]" if today else said


def term_words(term: Term | None, language: str) -> str:
    """zes weken as "6 weken"; a date that was given as such."""
    if term is None:
        return translate(language, "term.given")
    if term.amount == 0:
        return translate(language, "term.same_day")
    return translate(language, f"term.{'one_' if term.amount == 1 else ''}{term.unit}", amount=term.amount)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _rule_data(rule: Rule) -> dict[str, object]:
    return {
        "source": rule.source,
        "status": rule.standing.value,
        "amount": rule.term.amount if rule.term else None,
        "unit": rule.term.unit.value if rule.term else None,
        "date": "given" if rule.date_given else None,
        "roll": rule.roll.value,
        "trigger": [fact.value for fact in rule.trigger],
        "met_by": [fact.value for fact in rule.met_by],
    }


def read_profile(name: str) -> Profile:
    """A standard profile by its key, or a file of one's own. Raises KeyError, ProfileInvalid, OSError."""
    path = Path(name)
    return parse(path.read_text(encoding="utf-8")) if path.suffix == ".toml" else standard(name)


def read_text(source: str) -> Profile:
    """Raises ProfileInvalid."""
    return parse(source)


def procedure_of(profile: Profile, written: str | None) -> tuple[str, str | None]:
    """The main procedure and the overlay of a dossier, as the first sector that knows it follows it; `written` in any
    case, with dashes or underscores; none: that of the first sector. Raises Refused ``unknown_procedure``."""
    key = written.strip().upper().replace("-", "_") if written else profile.sectors[0].procedure
    usual = {each.procedure: each.overlay for each in reversed(profile.sectors)}
    if key in usual:
        return key, usual[key]
    courses = (course for sector in profile.sectors if (course := sector.course(key)))
    known = sorted({each.key for each in profile.procedures})
    if key not in known:
        raise Refused("unknown_procedure", "procedure", name=written, known=", ".join(known))
    return key, next((each.overlay for each in courses), None)


def reckon(
    profile: Profile,
    procedure: str | None,
    happened: Iterable[Entry],
    about: Circumstances = PLAIN,
    closed: Names | None = None,
) -> list[Reckoned]:
    """Every promise that follows from these facts: of the main procedure first, then of its overlay, by target date.
    `closed`: the closed days by name; none: those that the program knows. Raises Refused:
    ``unknown_procedure``, ``year_out_of_range``, and what `domain.ledger` refuses of the last of them."""
    main, overlay = procedure_of(profile, procedure)
    rules = profile.rules_for(main, overlay)
    facts = sorted(happened, key=lambda each: (each.on, _ORDER[each.fact]))
    named = [day for each in facts for day in (each.on, each.given) if day]
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in named):
        raise Refused("year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    years = min(named).year - 1, max(named).year + 3
    names = names_of(closed_days(*years)) if closed is None else closed
    calendar = Calendar(frozenset(names))
    for end in range(1, len(facts)):
        replay(facts[:end], rules, calendar, about)  # each of them may be refused
    book = replay(facts, rules, calendar, about)
    found = [
        Reckoned(promise, rule, why)
        for promise in book
        if (rule := rule_of(promise, rules)) and (why := explain(facts, rules, calendar, names, promise, about))
    ]
    return sorted(found, key=lambda each: (each.promise.procedure != main, each.promise.target_on))


def circumstances(resolved_on: date | None, *, by_committee: bool = False) -> Circumstances:
    holds = frozenset({When.COMMITTEE if by_committee else When.NO_COMMITTEE})
    return Circumstances(holds, resolved_on is not None, resolved_on)


def entries(dates: Mapping[Fact, date | None]) -> list[Entry]:
    """The facts of which a date is known."""
    return [Entry(fact, on) for fact, on in dates.items() if on]


# Two versions of a procedure


@dataclass(frozen=True)
class Difference:
    """One thing that two versions say differently of one rule."""

    key: str  # of the rule
    label: str
    what: str  # whatif.rule_<what>; "added" or "removed" for the whole rule
    before: str
    after: str


def compare(before: Profile, after: Profile, procedure: str | None, language: str = "nl") -> list[Difference]:
    """What differs per rule of this procedure and its overlay, in the order of the newer one. Raises Refused
    ``unknown_procedure`` where either does not know it."""
    old = {rule.key: rule for rule in before.rules_for(*procedure_of(before, procedure))}
    new = {rule.key: rule for rule in after.rules_for(*procedure_of(after, procedure))}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        if key not in old or key not in new:
            rule = new.get(key) or old[key]
            what = "added" if key in new else "removed"
            found.append(Difference(key, rule.label, what, "", ""))
            continue
        found += [
            Difference(key, new[key].label, what, said(old[key], language), said(new[key], language))
            for what, value, said in _LOOKED_AT
            if value(old[key]) != value(new[key])
        ]
    return found


def _yes_no(value: bool, language: str) -> str:
    return translate(language, "common.yes" if value else "common.no")


def _extension(rule: Rule, language: str) -> str:
    """ja, één keer, hoogstens 4 weken"""
    given = rule.extend
    if given is None:
        return _yes_no(False, language)
    said = [_yes_no(True, language)]
    said += [translate(language, "whatif.extend_once")] if given.once else []
    said += [translate(language, "whatif.extend_limit", term=term_words(given.limit, language))] if given.limit else []
    said += [translate(language, "whatif.extend_before")] if given.before_expiry else []
    said += [translate(language, "whatif.extend_consent")] if given.further_with_consent else []
    return ", ".join(said)


def _changed(_rule: Rule, _language: str) -> str:
    return ""  # facts have no short names; that it differs is said


_LOOKED_AT: tuple[tuple[str, Callable[[Rule], object], Callable[[Rule, str], str]], ...] = (
    ("label", lambda rule: rule.label, lambda rule, _: rule.label),
    ("term", lambda rule: (rule.term, rule.fixed), lambda rule, language: term_words(rule.term, language)),
    ("roll", lambda rule: rule.roll, lambda rule, language: _yes_no(rule.roll is not Roll.NONE, language)),
    ("pause", lambda rule: rule.pause, lambda rule, language: _yes_no(rule.pause, language)),
    ("extend", lambda rule: rule.extend, _extension),
    ("ceiling", lambda rule: rule.ceiling, lambda rule, language: _yes_no(rule.ceiling, language)),
    ("informative", lambda rule: rule.informative, lambda rule, language: _yes_no(rule.informative, language)),
    ("standing", lambda rule: rule.standing, lambda rule, language: translate(language, f"standing.{rule.standing}")),
    ("source", lambda rule: rule.source, lambda rule, _: rule.source),
    (
        "trigger",
        lambda rule: (rule.trigger, rule.trigger_if_resolved, rule.counts_from, rule.only_while, rule.recurs_for, rule.when),
        _changed,
    ),
    ("met_by", lambda rule: rule.met_by, _changed),
    ("cancelled_by", lambda rule: rule.cancelled_by, _changed),
)
