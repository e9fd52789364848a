"""What happened in a dossier, in words: of an event its kind and its coded facts, with the names filled in already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.vocabulary import EventKind
from text import short_date, translate

_CODED = {  # codes of events whose values are words of the catalogues
    "channel": "channel",
    "letter_type": "letter_type",
    "outcome": "outcome",
    "relation": "relation",
    "result": "attempt_result",
    "ground": "ground",
    "ruling": "ruling",
    "stage": "external_stage",
    "external_result": "external_result",
    "satisfied": "satisfied",
    "helped": "helped",
    "type": "complainant_type",
    "recipient": "recipient",
    "rung": "rung",
    "data": "files.was",
    "asked_as": "access_subject",
    "identified": "access_identity",
}
_NAMED = ("handler", "before", "ack_owner", "participants", "account", "owner")  # accounts, by name
_DATED = (
    *("new_date", "due_on", "until", "after", "hearing_on", "was_due", "check_on", "counts_from"),
    *("told_respondent", "told_provider", "told_committee"),
)
_REASONS: dict[str, str] = {EventKind.CLOSED: "close_reason", EventKind.PAUSED: "pause_reason"}


@dataclass(frozen=True)
class Told:
    """`codes` as `services.dossier_content` gives them: accounts, promises and procedures by what they are called."""

    kind: str
    codes: Mapping[str, Any]
    language: str = "nl"

    @property
    def what(self) -> str:
        if self.kind == EventKind.ASSIGNED and self.codes.get("appeal"):
            return self._t("complaint.other_reviewer")
        if self.kind == EventKind.CALENDAR_CHANGED and not self.codes.get("applied"):
            return self._t("complaint.calendar_kept")
        return self._t(f"event_kind.{self.kind}")

    @property
    def details(self) -> list[str]:
        codes = self.codes
        if self.kind == EventKind.ESCALATED and codes.get("account"):
            return [
                self._t(
                    "complaint.climbed_to",
                    promise=codes["promise"],
                    name=codes["account"],
                    rung=self._t(f"rung.{codes['rung']}"),
                )
            ]
        said = []
        for code, value in codes.items():
            ways = (self._of_evaluation, self._of_promises, self._of_procedure, self._of_satisfaction, self._detail)
            word = next(filter(None, (way(code, value) for way in ways)), "")
            if word:
                said.append(word)
        return said

    def _detail(self, code: str, value: Any) -> str:
        """One coded fact in words; codes that only the machine needs say nothing."""
        if value in (None, ""):
            return ""
        if code in _CODED:
            return self._t(f"{_CODED[code]}.{value}")
        if code == "before" and self.kind == EventKind.RECEIPT_CORRECTED:
            return self._t("complaint.code_received_before", day=self._day(date.fromisoformat(value)))
        if code in _NAMED:
            names = ", ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)
            return self._t(f"complaint.code_{code}", name=names)
        if code in _DATED:
            return self._t(f"complaint.code_{code}", day=self._day(date.fromisoformat(value)))
        if code == "reason" and self.kind in _REASONS:
            return self._t(f"{_REASONS[self.kind]}.{value}")
        if code == "fields":
            return self._t("correction.fields", fields=", ".join(self._t(f"correction.{each}").lower() for each in value))
        if code == "was":
            return self._t("correction.old_description")
        if code == "level":
            return self._t(f"ladder_level.{value}")
        return self._t("whatif.code_version", number=value) if code == "version" else ""

    def _of_promises(self, code: str, value: Any) -> str:
        if code == "moved":
            key = "complaint.calendar_moved" if self.codes.get("applied", True) else "complaint.calendar_not_moved"
            return ", ".join(self._moved(key, *each) for each in value)
        if code == "days":
            return ", ".join(self._closed(*each) for each in value)
        return str(value) if code == "promise" else ""

    def _of_procedure(self, code: str, value: Any) -> str:
        if self.kind == EventKind.PROCEDURE_CHOSEN and code in ("procedure", "procedure_before"):
            return self._t(f"complaint.code_{code}", name=value)
        if code == "committee" and value is not None:
            return self._t("complaint.code_committee" if value else "complaint.code_no_committee")
        return ""

    def _of_evaluation(self, code: str, _value: Any) -> str:
        if self.kind != EventKind.FROM_EVALUATION or code != "score":
            return ""
        return self._t("evaluations.code_score", **{name: self.codes.get(name, "") for name in ("score", "lowest", "highest")})

    def _of_satisfaction(self, code: str, value: Any) -> str:
        if code in ("score_process", "score_outcome") and value is not None:
            return self._t(f"complaint.code_{code}", score=value)
        return self._t("satisfaction.declined") if code == "declined" else ""

    def _closed(self, iso: str, removed: bool) -> str:
        return self._t(
            "complaint.calendar_went" if removed else "complaint.calendar_came", day=self._day(date.fromisoformat(iso))
        )

    def _moved(self, key: str, label: str, before: str | None, after: str | None) -> str:
        before, after = (self._day(date.fromisoformat(each)) if each else "–" for each in (before, after))
        return self._t(key, label=label, before=before, after=after)

    def _t(self, key: str, **values: object) -> str:
        return translate(self.language, key, **values)

    def _day(self, day: date) -> str:
        return short_date(day, self.language)
