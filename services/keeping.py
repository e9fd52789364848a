"""What keeps the history as it is, for the operator's commands."""

from __future__ import annotations

from db import append_only


def grants_for(role: str) -> tuple[str, ...]:
    """The statements for PostgreSQL; `role` is a plain name."""
    return append_only.grants(role)
