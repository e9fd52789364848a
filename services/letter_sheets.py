"""The sheet around a letter's text: letterhead, addressee, date, reference. Stored with the letter, so that a letter
that was sent stays the same when the settings change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from db import models as m
from domain.letters import Value, blocks
from domain.vocabulary import Channel, Recipient
from services.letter_values import Source
from services.rendering import Sheet
from text import long_date, translate


def fields(
    source: Source,
    values: Mapping[str, Value],
    recipient: Recipient,
    headings: tuple[str, ...],
    channel: Channel | None,
) -> dict[str, Any]:
    """As JSON holds it."""
    settings = source.settings
    written = long_date(source.sent_on)
    urls = (settings.privacy_url, settings.website, *(body.url for body in source.profile.bodies))
    return {
        "organisation": settings.organisation,
        "sender_lines": [each for each in (*settings.address.splitlines(), settings.website) if each],
        "addressee": _addressee(source, values, recipient, channel),
        "place_and_date": f"{settings.city}, {written}" if settings.city else written,
        "reference": source.complaint.reference,
        "headings": list(headings),
        "links": [url for url in dict.fromkeys(urls) if url.startswith(("https://", "http://"))],
    }


def _addressee(source: Source, values: Mapping[str, Value], recipient: Recipient, channel: Channel | None) -> list[str]:
    if recipient is Recipient.RESPONDENT:
        return [values["respondent"].text] if values["respondent"].text else []
    if recipient is not Recipient.COMPLAINANT:
        return [source.settings.organisation, translate("nl", "letters.sheet.attention")]
    row = source.w.session.get(m.Complainant, source.complaint.id)
    if row is None:
        return []
    by_post = channel is Channel.LETTER and row.contact
    return [each.strip() for each in (row.name or "", *((row.contact or "").splitlines() if by_post else ())) if each.strip()]


def sheet_of(around: Mapping[str, Any], subject: str, body: str, *, draft: bool = False) -> Sheet:
    return Sheet(
        organisation=around["organisation"],
        sender_lines=tuple(around["sender_lines"]),
        addressee=tuple(around["addressee"]),
        place_and_date=around["place_and_date"],
        reference=around["reference"],
        subject=subject,
        blocks=blocks(body, around["headings"]),
        labels={name: translate("nl", f"letters.sheet.{name}") for name in ("reference", "page", "of")},
        links=tuple(around["links"]),
        draft=translate("nl", "letters.sheet.draft") if draft else "",
    )
