"""The figures of the overview, slow and obvious: over Python objects, one complaint after the other.

Told which dossiers the reader sees; it knows nothing of the row rule, of SQL, or of domain/indicators.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from db import models as m
from domain.promises import PromiseState, state

GOOD, ASKED = PromiseState.KEPT, (PromiseState.KEPT, "extended_in_time", "extended_late", "missed")
HOUSE = "HOUSE_WEEK"


@dataclass
class Dossier:
    """One complaint, and what belongs to it."""

    complaint: m.Complaint
    promises: list[m.Promise] = field(default_factory=list)
    appeals: list[m.Appeal] = field(default_factory=list)
    referrals: list[m.Referral] = field(default_factory=list)
    measures: list[tuple[m.Measure, m.MeasureDone | None, bool]] = field(default_factory=list)  # is its decision superseded?
    mediations: list[str | None] = field(default_factory=list)  # what each led to

    @property
    def received(self) -> date:
        return self.complaint.received_on


def ratio(part: int, whole: int) -> float | None:
    return float(Fraction(part, whole)) if whole else None


def rank(values: list[int], percent: int) -> int | None:
    ordered = sorted(values)
    for place, value in enumerate(ordered, start=1):
        if place * 100 >= percent * len(ordered):
            return value
    return None


def key(promise: m.Promise) -> str:
    return f"{promise.procedure}.{promise.code}"


class Oracle:
    """Over `dossiers` that came in from `first` to `last`; `everything` holds those of other periods too."""

    def __init__(self, everything: Sequence[Dossier], first: date, last: date, today: date) -> None:
        self.today, self.first, self.last = today, first, last
        self.all = [each for each in everything if each.complaint.compartment == "regular"]
        self.complaints = [each for each in self.all if each.complaint.kind == "complaint"]
        self.here = [each for each in self.complaints if first <= each.received <= last]

    def count(self, test: Callable[[m.Complaint], Any]) -> int:
        return len([each for each in self.here if test(each.complaint)])

    def share_of(self, *keys: str) -> float | None:
        """Kept, of what was due or already met; `keys` empty: of all promises."""
        kept = due = 0
        for each in self.here:
            for promise in each.promises:
                if promise.informative or (keys and key(promise) not in keys):
                    continue
                stands = state(promise, self.today)
                kept += stands == GOOD
                due += stands in ASKED
        return ratio(kept, due)

    def notices(self) -> list[bool]:
        """Each notice of a delay: was it in time?"""
        return [in_time for each in self.here for in_time in self.notices_of(each)]

    def notices_of(self, dossier: Dossier) -> list[bool]:
        found: dict[date | None, bool] = {}
        for promise in dossier.promises:
            stands = state(promise, self.today)
            if promise.informative or stands not in ("extended_in_time", "extended_late"):
                continue
            found[promise.notice_on] = found.get(promise.notice_on, True) and stands == "extended_in_time"
        return list(found.values())

    def appeals(self) -> int:
        return sum(key(p) == f"{HOUSE}.APPEAL_ACK" and not p.informative for each in self.here for p in each.promises)

    def ruled(self) -> list[str | None]:
        return [a.ruling for each in self.here for a in each.appeals if a.ruled_on is not None and a.withdrawn_on is None]

    def measures(self) -> list[bool]:
        """Those that count: were they done in time?"""
        found = []
        for each in self.complaints:
            for measure, done, superseded in each.measures:
                if not self.first <= measure.due_on <= self.last:
                    continue
                if done is not None:
                    found.append(done.done_on <= measure.due_on)
                elif measure.due_on < self.today and not superseded:
                    found.append(False)
        return found

    def mediations(self) -> list[bool]:
        ours = [led_to == "solved" for each in self.here for led_to in each.mediations]
        theirs = [
            r.result == "mediation_succeeded"
            for each in self.here
            for r in each.referrals
            if (r.result or "").startswith("mediation")
        ]
        return ours + theirs

    def routes(self, first: bool) -> int:
        return len([each for each in self.here if any(r.internal_first is first for r in each.referrals)])

    def indicators(self, reads_files: bool) -> dict[str, float | None]:
        """By key, in the words of domain.md 5.8."""
        n1 = len(self.here)
        lead = [(c.answered_on - c.received_on).days for c in (each.complaint for each in self.here) if c.answered_on]
        delay = [(each.complaint.registered_on - each.received).days for each in self.here if not each.complaint.taken_over]
        action, promise = (self.count(lambda c, kind=kind: c.ack_variant == kind) for kind in ("ack_action", "ack_promise"))
        decided = self.count(lambda c: c.outcome is not None)
        solved = [each.complaint.ladder_level for each in self.here if each.complaint.outcome == "resolved_informally"]
        steps = [
            each.complaint.ladder_level
            for each in self.here
            if each.complaint.outcome == "resolved_informally" and not each.complaint.taken_over
        ]
        resolved = self.count(lambda c: c.already_resolved)
        notices, extended = self.notices(), len([each for each in self.here if self.notices_of(each)])
        ruled, measures, mediations = self.ruled(), self.measures(), self.mediations()

        def outcome(value: str) -> float | None:
            return ratio(self.count(lambda c: c.outcome == value), decided)

        found: dict[str, float | None] = {
            "received": n1,
            "questions": len([q for q in self.all if q.complaint.kind == "question" and self.first <= q.received <= self.last]),
            "already_resolved": resolved,
            "resolved_share": ratio(resolved, n1),
            "per_hundred": None,  # nobody said how many clients there are, and nobody judged a form
            "confirmed_share": None,
            "evaluation": self.count(lambda c: c.channel == "evaluation_form"),
            "delay_median": rank(delay, 50),
            "acknowledged_share": self.share_of(
                *(f"{each}.ACK" for each in ("HOUSE_WEEK", "TRAINING", "WKKGZ", "AWB", "JEUGDWET"))
            ),
            "action_share": ratio(action, action + promise),
            "contacted_share": self.share_of(f"{HOUSE}.DECIDE_OR_CONTACT"),
            "reaction_share": self.share_of(f"{HOUSE}.RESPONSE"),
            "promised_share": self.share_of(f"{HOUSE}.PROMISED_RESPONSE"),
            "kept_share": self.share_of(),
            "extended": extended,
            "notice_share": ratio(sum(notices), len(notices)),
            "notice_mean": ratio(len(notices), extended),
            "statutory_share": self.share_of("WKO.RESPONSE"),
            "answered": len(lead),
            "lead_median": rank(lead, 50),
            "lead_p90": rank(lead, 90),
            "decided": decided,
            "upheld_share": outcome("upheld"),
            "partly_share": outcome("partly"),
            "not_upheld_share": outcome("not_upheld"),
            "no_judgment_share": outcome("no_judgment"),
            "informal_share": outcome("resolved_informally"),
            "solved": len(solved),
            "first_level_share": ratio(steps.count("colleague"), len(steps)),
            "second_level_share": ratio(steps.count("manager"), len(steps)),
            "third_level_share": ratio(steps.count("coordinator"), len(steps)),
            "appeals": self.appeals(),
            "appeal_share": ratio(self.appeals(), len(lead)),
            "external": self.count(lambda c: c.external_stage not in (None, "informed")),
            "withdrawn": self.count(lambda c: c.status == "withdrawn" or c.close_reason == "withdrawn"),
            "not_handled": self.count(lambda c: c.status == "not_handled" or c.close_reason == "not_handled"),
            "reopened": self.count(lambda c: c.reopened),
        }
        in_files: dict[str, float | None] = {
            "measures": len(measures),
            "measure_share": ratio(sum(measures), len(measures)),
            "mediations": len(mediations),
            "mediation_share": ratio(sum(mediations), len(mediations)),
            "revised_share": ratio(len([each for each in ruled if each in ("revised", "annulled")]), len(ruled)),
            "external_direct": self.routes(False),
            "external_after": self.routes(True),
        }
        return found | (in_files if reads_files else dict.fromkeys(in_files))

    def by(self, value: Callable[[m.Complaint], Any]) -> dict[Any, int]:
        found: dict[Any, int] = {}
        for each in self.here:
            found[value(each.complaint)] = found.get(value(each.complaint), 0) + 1
        return found

    def running(self) -> list[float | None]:
        """At the end of each month that has begun, of who complained since the beginning; a year from January."""
        begun = [month for month in range(1, 13) if date(self.first.year, month, 1) <= self.today]
        ends = [date(self.first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in begun]
        return [Oracle(self.all, self.first, end, self.today).share_of() for end in ends]
