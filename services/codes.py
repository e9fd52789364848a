"""One-time codes (TOTP, RFC 6238: six digits, thirty seconds) and recovery codes of an account. Inside somebody's
transaction; who may ask is decided by `second_step` (at the door) and `second_factor` (inside)."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy import CursorResult, Executable, delete, func, select, update

from db import models as m
from db.settings import read_settings
from domain.errors import Refused
from services import server_key
from services.door import Work
from services.tickets import Step

PERIOD = 30  # seconds that one code stands in the app
PENDING_LIFE = timedelta(minutes=10)  # of a secret that was shown and not confirmed
RECOVERY_CODES = 10
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_MISREAD = str.maketrans("ILO", "110")


def next_step(w: Work, account: m.Account) -> Step:
    """After a correct password."""
    if is_on(w, account.id):
        return Step.CODE
    return Step.ENROL if is_required(w, {held.role for held in account.roles}) else Step.NOTHING


def is_required(w: Work, roles: set[str]) -> bool:
    return bool(set(read_settings(w.session).second_step_roles) & roles)


def is_on(w: Work, account_id: int) -> bool:
    return w.session.scalar(select(m.SecondFactor.secret).where(m.SecondFactor.account_id == account_id)) is not None


# Accepting


def accept(w: Work, account_id: int, code: str) -> str:
    """``"code"`` or ``"recovery"``, and then never again; empty: neither."""
    given = _tidy(code)
    if len(given) == 6:
        return "code" if _accept_code(w, account_id, given) else ""
    codes = m.RecoveryCode
    mine = update(codes).where(codes.account_id == account_id, codes.digest == _mark(account_id, given))
    return "recovery" if _changed(w, mine.where(codes.used_at.is_(None)).values(used_at=w.now)) else ""


def _tidy(code: str) -> str:
    """As typed or pasted: without spaces, dashes and line ends of any kind."""
    return "".join(sign for sign in code.upper().translate(_MISREAD) if sign.isalnum()) if isinstance(code, str) else ""


def _accept_code(w: Work, account_id: int, given: str) -> bool:
    """The database decides which of two with the same code was first."""
    f = m.SecondFactor
    secret = w.session.scalar(select(f.secret).where(f.account_id == account_id))
    step = _step(w, secret, given) if secret else None
    if step is None:
        return False
    this = update(f).where(f.account_id == account_id, f.secret == secret, f.last_step < step)
    return _changed(w, this.values(last_step=step))


def _step(w: Work, sealed: str, given: str) -> int | None:
    """The period whose code this is: the present one, the one before or the one after."""
    typed = given.encode(errors="replace")
    app, now = pyotp.TOTP(server_key.unseal(sealed), interval=PERIOD), int(w.now.timestamp()) // PERIOD
    fits = [step for step in (now, now + 1, now - 1) if hmac.compare_digest(app.generate_otp(step).encode(), typed)]
    return fits[0] if fits else None


def _changed(w: Work, statement: Executable) -> bool:
    result: CursorResult[Any] = w.session.execute(statement)  # type: ignore[assignment]
    return bool(result.rowcount)


# Setting up


def begin(w: Work, account_id: int, holder: str) -> None:
    """A new secret to show. `holder`: the session or the browser (SHA-256) that asked; nobody else sees or confirms it. What
    was in force stays so until then."""
    row = w.session.get(m.SecondFactor, account_id, with_for_update=True)
    if row is None:
        row = m.SecondFactor(account_id=account_id)
        w.session.add(row)
    row.pending, row.pending_for, row.pending_at = server_key.seal(pyotp.random_base32()), holder, w.now


def pending(w: Work, account_id: int, holder: str) -> str | None:
    """The secret that waits for its first code (base 32)."""
    row = w.session.get(m.SecondFactor, account_id)
    if row is None or row.pending is None or row.pending_at is None:
        return None
    mine = row.pending_for == holder and row.pending_at > w.now - PENDING_LIFE
    return server_key.unseal(row.pending) if mine else None


def show_again(w: Work, account_id: int, holder: str) -> bool:
    """The pending secret lives on, from now; whether there is one."""
    if pending(w, account_id, holder) is None:
        return False
    w.session.get_one(m.SecondFactor, account_id).pending_at = w.now
    return True


def confirm(w: Work, account_id: int, holder: str, code: str) -> tuple[str, ...]:
    """From here on the pending secret counts; the recovery codes. Raises Refused: ``second_step_gone``,
    ``second_step_wrong``."""
    if pending(w, account_id, holder) is None:
        raise Refused("second_step_gone")
    f = m.SecondFactor
    sealed = w.session.scalars(select(f.pending).where(f.account_id == account_id)).one()
    step = _step(w, sealed or "", _tidy(code))
    if step is None:
        raise Refused("second_step_wrong", "code")
    this = update(f).where(f.account_id == account_id, f.pending == sealed, f.pending_for == holder)
    put = this.values(secret=sealed, since=w.now, last_step=step, pending=None, pending_for=None, pending_at=None)
    if not _changed(w, put):
        raise Refused("second_step_gone")
    return new_recovery_codes(w, account_id)


def address(secret: str, name: str, issuer: str) -> str:
    """What the picture for an authenticator app says (otpauth://)."""
    return pyotp.TOTP(secret, interval=PERIOD).provisioning_uri(name=name, issuer_name=issuer)


def new_recovery_codes(w: Work, account_id: int) -> tuple[str, ...]:
    """Ten, each 80 bits, like ``7K2M-Q8XD-...``; the earlier ones stop working."""
    w.session.execute(delete(m.RecoveryCode).where(m.RecoveryCode.account_id == account_id))
    made = ["".join(secrets.choice(_SIGNS) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    w.session.add_all(m.RecoveryCode(account_id=account_id, digest=_mark(account_id, each)) for each in made)
    return tuple("-".join(each[start : start + 4] for start in range(0, 16, 4)) for each in made)


def codes_left(w: Work, account_id: int) -> int:
    codes = m.RecoveryCode
    query = select(func.count()).where(codes.account_id == account_id, codes.used_at.is_(None))
    return int(w.session.scalar(query) or 0)


def forget(w: Work, account_id: int) -> bool:
    """No second step any more; whether there was one."""
    had = is_on(w, account_id)
    for table in (m.RecoveryCode, m.SecondFactor):
        w.session.execute(delete(table).where(table.account_id == account_id))
    return had


def _mark(account_id: int, code: str) -> str:
    return server_key.mark(f"recovery {account_id} {code}")
