"""What the figures of the overview are called and how they are reckoned, for the screen and for the workbook."""

from __future__ import annotations

from collections.abc import Callable

from domain.indicators import LEAD_BINS, Indicator

Words = Callable[..., str]


def explained(t: Words, indicator: Indicator) -> str:
    """What an indicator is; of a share, what is divided by what."""
    said = t(f"overview.define_{indicator.key}")
    if not indicator.whole:
        return said
    part, whole = (t(f"overview.term_{path.replace('.', '_')}") for path in (indicator.part, indicator.whole))
    return f"{said} {t('overview.divided', part=part, whole=whole)}"


def lead_words(t: Words, place: int) -> str:
    """Of a line of the lead times: 3 t/m 7 dagen."""
    first, last = LEAD_BINS[place]
    return t("overview.lead_more", first=first) if last is None else t("overview.lead_bin", first=first, last=last)
