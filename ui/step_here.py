"""What every form of a step needs: the dossier, who can be chosen, today, and where a refusal is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

import streamlit as st

from services import dossier
from services.door import Actor
from services.dossier import Dossier, PersonChoice, Step
from services.dossier_timeline import TimelineEntry
from services.intake_choices import Choices, choices
from services.profiles import ProfileWords, vocabulary
from text.timeline import Told
from ui.meanwhile import Deed, Field, Meanwhile
from ui.session import Fields, actor, language, t

Save = Callable[[Actor], None]
T = TypeVar("T")


class Here:
    """One form, during one run. Every widget has a place for refusals under it, by the name of the field."""

    leads_to: str | None = None  # the page to go to afterwards; none: this one again
    says: str | None = None  # the key of the sentence afterwards; none: that of the form
    measure_id: int | None = None  # the one that the form is about; none: it asks which

    def __init__(self, page: str, file: Dossier, name: str, seen: int, steps: Sequence[Step] = ()) -> None:
        """`steps`: what services/dossier.steps says of this person here."""
        self.page, self.file, self.name, self.seen, self.fields = page, file, name, seen, Fields()
        self.may_now = frozenset(each.name for each in steps if each.possible)
        self.meanwhile = Meanwhile(page, name, self.version)

    def look_again(self) -> None:
        """The dossier as it is now. Raises Refused ``not_found``."""
        self.file = dossier.read(actor(), self.reference)

    @property
    def version(self) -> int:
        """What stands there now."""
        return self.file.version

    def edits(self, words: Mapping[str, Callable[[Any], str]] = MappingProxyType({}), **now: Any) -> None:
        """Before the fields that change what stands there already: by field, what does. `words`: of a choice."""
        known = {name: Field(t(f"complaint.field.{name}"), value, words.get(name)) for name, value in now.items()}
        self.meanwhile.meet(known)

    def deeds(self) -> list[Deed]:
        """What others did since this form was opened, the newest first."""
        since = f"{self.page}.since"
        if not self.meanwhile.changed:
            st.session_state[since] = self.newest
        found = self.file.content.timeline if self.file.content and since in st.session_state else ()
        return [Deed(each.who, each.recorded_at, _told(each)) for each in found if each.seq > st.session_state[since]]

    @property
    def reference(self) -> str:
        return self.file.reference

    @property
    def prefix(self) -> str:
        return f"{self.page}.{self.name}"

    @property
    def newest(self) -> int:
        """The number of the newest event that this person sees."""
        return self.file.content.timeline[0].seq if self.file.content and self.file.content.timeline else 0

    @property
    def newest_by(self) -> str | None:
        return self.file.content.timeline[0].who if self.file.content and self.file.content.timeline else None

    @cached_property
    def choose(self) -> Choices:
        return choices(actor())

    @cached_property
    def words(self) -> ProfileWords:
        return vocabulary(actor())

    @cached_property
    def people(self) -> dict[int, PersonChoice]:
        return {each.id: each for each in dossier.people(actor(), self.reference)}

    @property
    def today(self) -> date:
        return self.choose.today

    def key(self, field: str) -> str:
        return f"{self.prefix}.{field}"

    # Widgets

    def text(self, field: str, height: int = 120) -> str:
        said = st.text_area(t(f"complaint.field.{field}"), key=self.key(field), height=height)
        self.fields.under(field)
        return said or ""

    def line(self, field: str) -> str:
        said = st.text_input(t(f"complaint.field.{field}"), key=self.key(field), autocomplete="off")
        self.fields.under(field)
        return said or ""

    def day(self, field: str = "on", start: date | None = None, ahead: bool = False) -> date | None:
        """Today to begin with; empty where a day ahead has to be chosen."""
        given = start if start or ahead else self.today
        chosen = st.date_input(t(f"complaint.field.{field}"), given, format="DD-MM-YYYY", key=self.key(field))
        self.fields.under(field)
        return chosen if isinstance(chosen, date) else None

    def pick(self, field: str, options: Iterable[T], label: Callable[[T], str], start: int | None = None) -> T | None:
        """A list of which nothing is chosen yet, unless `start` says what is."""
        offered = list(options)
        if st.session_state.get(self.key(field)) not in (None, *offered):
            del st.session_state[self.key(field)]
        chosen = st.selectbox(
            t(f"complaint.field.{field}"),
            offered,
            index=start,
            format_func=label,
            placeholder=t("complaint.choose"),
            key=self.key(field),
        )
        self.fields.under(field)
        return next((each for each in offered if each == chosen), None)  # a draft gives the plain text back

    def name_of(self, account_id: int | None) -> str:
        known = self.people.get(account_id or 0)
        return known.name if known else ""

    def person(self, field: str, fit: Callable[[PersonChoice], bool] = lambda _: True, start: int | None = None) -> int | None:
        ids = [each.id for each in self.people.values() if fit(each)]
        at = ids.index(start) if start in ids else None
        return self.pick(field, ids, lambda each: self.people[each].name, at)

    def pressed(self, label: str | None = None) -> bool:
        return st.button(label or t("common.save"), key=self.key("save"), type="primary")


def _told(entry: TimelineEntry) -> str:
    told = Told(entry.kind, entry.codes, language())
    details = "; ".join(told.details)
    return f"{told.what}: {details}" if details else told.what
