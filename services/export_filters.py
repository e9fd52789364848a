"""To what a list was narrowed, in words: for the sheet that says what a file is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from db import models as m
from domain.entries import number
from services.board_filters import BoardFilter, Show, View, settled
from services.door import Work
from services.exports import narrowed, words_in
from services.measures import MeasureFilter
from services.measures import settled as settled_measures
from services.overview_cut import Cut, span, years
from services.overview_files import body_names
from services.overview_promises import rules
from services.profiles import current
from text import month_name, period_name
from text.figures import lead_words

Said = Iterable[tuple[str, str | None]]  # what it is called, and to what; none: not narrowed


def of_the_board(w: Work, filters: BoardFilter) -> str:
    t, wanted = words_in(w.person.language), settled(filters)
    status = t(f"board.status_{wanted.status}" if wanted.status in set(Show) else f"status.{wanted.status}")
    handler = t("board.handler_none") if wanted.owner == "none" else _account(w, wanted.handler_id)
    said: Said = (
        (t("board.status"), status),
        (t("exports.view"), t(f"board.tile_{wanted.flag}") if wanted.flag in set(View) else None),
        (t("board.text"), wanted.text),
        (t("board.handler"), handler),
        (t("board.unit"), _unit(w, wanted.unit_id)),
        (t("board.category"), wanted.category),
        (t("board.procedure"), _procedure(w, wanted.procedure)),
        (t("board.sort"), t(f"board.sort_{wanted.sort}")),
    )
    return _sentence(said)


def of_the_figure(w: Work, figure: str, year: int | None, cut: Cut) -> str:
    """The figure by its key: its words follow from what is on the screen."""
    t, offered = words_in(w.person.language), years(w)
    chosen = span(w.today, year if year in offered and year else w.today.year, cut)
    said: Said = (
        (t("overview.figure"), _figure(w, figure)),
        (t("overview.about_period"), period_name(chosen.now, w.person.language)),
        (t("overview.about_narrowed"), narrowed(w, cut)),
    )
    return _sentence(said)


def of_the_measures(w: Work, wanted: MeasureFilter) -> str:
    t, wanted = words_in(w.person.language), settled_measures(wanted)
    owner = t("actions.owner_me") if wanted.mine else _account(w, wanted.owner_id)
    return _sentence(((t("actions.show"), t(f"actions.show_{wanted.show}")), (t("actions.owner"), owner)))


def _sentence(said: Said) -> str:
    return "; ".join(f"{what}: {to}" for what, to in said if to)


def _account(w: Work, account_id: int | None) -> str | None:
    if account_id is None:
        return None
    return w.session.scalar(select(m.Account.display_name).where(m.Account.id == number(account_id))) or "-"


def _unit(w: Work, unit_id: int | None) -> str | None:
    if unit_id is None:
        return None
    return w.session.scalar(select(m.OrgUnit.name).where(m.OrgUnit.id == number(unit_id))) or "-"


def _procedure(w: Work, key: str) -> str:
    return next((each.label for each in current(w).procedures if each.key == key), key)


def _figure(w: Work, figure: str) -> str:
    """What stands on the screen beside it; figures as `services.overview_dossiers.behind` knows them."""
    t = words_in(w.person.language)
    kind, _, rest = figure.partition(".")
    if kind in _CODED:
        return f"{t(f'overview.{kind}')}: {t(f'{_CODED[kind]}.{rest}') if rest != '-' else t('overview.not_given')}"
    if kind in ("unit", "place", "cell", "repeat"):
        unit, _, category = rest.partition(".")
        return ", ".join(each for each in (category, _unit(w, int(unit)) if unit else t("overview.not_given")) if each)
    if kind == "promise":
        key, _, state = rest.rpartition(".")
        known = rules(w)
        return f"{known[key].label if key in known else key}: {t(f'overview.{state}').lower()}"
    if kind == "standing":
        return t(f"overview.standing_{rest}", day=w.today)
    if kind == "funnel":
        return t(f"overview.funnel_{rest}")
    if kind == "month":
        return month_name(int(rest), w.person.language)
    if kind == "lead":
        return lead_words(t, int(rest))
    if kind == "body":
        return body_names(w).get(rest, rest)
    return rest or t(f"overview.figure_{kind}")


_CODED = {
    "channel": "channel",
    "subject": "subject_type",
    "outcome": "outcome",
    "complainant": "complainant_type",
    "result": "external_result",
}
