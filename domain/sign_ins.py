"""What the log of sign-ins tells. Nothing in it says from where."""

from __future__ import annotations

import re
from enum import StrEnum


class SignIn(StrEnum):
    SIGNED_IN = "signed_in"
    FAILED = "failed"  # a wrong password, or an account that may not sign in
    FAILED_UNKNOWN = "failed_unknown"  # a name that nobody has; which one is not kept
    WRONG_CODE = "wrong_code"  # the second step
    SIGNED_OUT = "signed_out"
    ENDED = "ended"  # a session, by something else than signing out
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    CODE_CHANGED = "code_changed"  # the second step was set up, or taken off
    SIGN_ON_CHANGED = "sign_on_changed"  # a name at a provider was linked, or unlinked
    LINK_MADE = "link_made"
    LINK_USED = "link_used"
    ROLES_CHANGED = "roles_changed"
    CREATED = "created"
    DISABLED = "disabled"
    ENABLED = "enabled"
    STEP_REQUIRED = "step_required"  # of a role, from now on: the reason is its name
    STEP_FREE = "step_free"


RULE_CHANGED = (SignIn.STEP_REQUIRED, SignIn.STEP_FREE)


_CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")


def is_code(why: str) -> bool:
    """A reason in the log is a code of ours, so that nobody's words get there."""
    return _CODE.fullmatch(why) is not None
