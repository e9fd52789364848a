"""The second net under the log: what looks like somebody's is taken out of whatever a library wants to write there."""

from __future__ import annotations

import re
from collections.abc import Callable

_SEPARATED = r"[ .\-]?"
_PHONE = re.compile(
    rf"(?<![\w.+(])(?:\+\d{{2}}{_SEPARATED}(?:\(0\))?|00\d{{2}}{_SEPARATED}|\(?0){_SEPARATED}[1-9]"
    rf"(?:\)?{_SEPARATED}\d){{8}}(?!\w)"
)
_BSN = re.compile(rf"(?<![\w.])\d(?:{_SEPARATED}\d){{7,8}}(?!\w|\.\d)")
_IBAN = re.compile(r"(?i)(?<!\w)[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?!\w)")
_MAIL = re.compile(r"[^\s@<>()\[\]'\",;:=]+@[^\s@<>()\[\]'\",;:]+\.[^\s@<>()\[\]'\",;:]+")
_DOSSIER = re.compile(r"(?i)(?<![a-z0-9])[kmv]\d\d-[a-z0-9]{4,6}(?![a-z0-9])")
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def redacted(text: str) -> str:
    """`text` without e-mail addresses, citizen service numbers (BSN), bank accounts, telephone numbers and references of
    dossiers. Names it cannot know: what an exception says is left out as a whole (services/incidents.py)."""
    for pattern, word, is_one in _NET:
        text = pattern.sub(lambda found, word=word, is_one=is_one: word if is_one(found[0]) else found[0], text)  # type: ignore[misc]
    return text


def _always(_found: str) -> bool:
    return True


def _is_bsn(found: str) -> bool:
    """The eleven test of the citizen service number; eight digits have a nought before them."""
    digits = [int(each) for each in found if each.isdigit()]
    digits = [0] * (9 - len(digits)) + digits
    return any(digits) and sum(one * weight for one, weight in zip(digits, _WEIGHTS, strict=True)) % 11 == 0


def _is_iban(found: str) -> bool:
    plain = found.replace(" ", "").upper()
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


_NET: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (_MAIL, "[mail]", _always),
    (_IBAN, "[bank]", _is_iban),
    (_PHONE, "[phone]", _always),
    (_BSN, "[bsn]", _is_bsn),
    (_DOSSIER, "[dossier]", _always),
)
