"""The words people read: message catalogues and Dutch dates.

Catalogues are gettext files by area, ``locale/<language>/<area>.po``; keys are identifiers ("board.title"), never
sentences. A missing key shows as the key itself and fails a test; Dutch never falls back to English.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from domain.period import Period

LANGUAGES = ("nl", "en")
LOCALE = Path(__file__).resolve().parent.parent / "locale"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every message of a language, all areas merged. Raises ValueError where two areas define one key."""
    messages: dict[str, str] = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if not message.id or not message.string:
                    continue
                key = str(message.id)
                if key in messages:
                    raise ValueError(f"{path.name}: {key} is defined twice")
                messages[key] = str(message.string)
    return messages


def translate(language: str, key: str, **values: object) -> str:
    """The message in `language`, its ``{placeholders}`` filled; dates in `values` are written out."""
    message = catalogue(language).get(key, key)
    if not values:
        return message
    return message.format(**{name: _written(language, value) for name, value in values.items()})


def _written(language: str, value: object) -> object:
    return long_date(value, language) if isinstance(value, date) and not isinstance(value, datetime) else value


def long_date(day: date, language: str = "nl") -> str:
    """27 november 2026"""
    return format_date(day, "d MMMM y", locale=language)


def weekday_date(day: date, language: str = "nl") -> str:
    """vrijdag 27 november 2026"""
    return format_date(day, "EEEE d MMMM y", locale=language)


def short_date(day: date, language: str = "nl") -> str:
    """vr 27 nov 2026"""
    return format_date(day, "EEE d MMM y", locale=language).replace(".", "")


def near_date(day: date, today: date, language: str = "nl") -> str:
    """vr 27 nov; with the year where it is not this year's: vr 8 jan 2027"""
    if day.year != today.year:
        return short_date(day, language)
    return format_date(day, "EEE d MMM", locale=language).replace(".", "")


def month_name(number: int, language: str = "nl") -> str:
    """november"""
    return format_date(date(2000, number, 1), "MMMM", locale=language)


def period_name(period: Period, language: str = "nl") -> str:
    """2026; or september 2025 t/m augustus 2026"""
    if period.is_year:
        return str(period.first.year)
    first, last = (f"{month_name(day.month, language)} {day.year}" for day in (period.first, period.last))
    return first if first == last else translate(language, "overview.period_is", first=first, last=last)


def moment(instant: datetime, language: str = "nl") -> str:
    """vr 27 nov 2026 14:05, in Dutch time, from a UTC instant."""
    return format_datetime(instant.astimezone(AMSTERDAM), "EEE d MMM y HH:mm", locale=language).replace(".", "")


def time_of_day(instant: datetime, language: str = "nl") -> str:
    """14:05, in Dutch time."""
    return format_datetime(instant.astimezone(AMSTERDAM), "HH:mm", locale=language)


def percent(share: float | None, language: str = "nl") -> str:
    """91 %; "n.v.t." where there was nothing to count."""
    if share is None:
        return translate(language, "common.not_applicable")
    return format_percent(round(share, 2), locale=language).replace("%", " %").replace("  %", " %")


def tenth(value: Decimal | None, language: str = "nl") -> str:
    """4,0; "n.v.t." where there was nothing to count."""
    if value is None:
        return translate(language, "common.not_applicable")
    return format_decimal(value, format="0.0", locale=language)


def number(value: float, language: str = "nl") -> str:
    return format_decimal(value, locale=language)
