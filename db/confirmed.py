"""What it takes to call something saved, where a second database stands ready (PostgreSQL, `synchronous_standby_names`)."""

from __future__ import annotations


class NotOnStandby(Exception):
    """Committed here, and not on the standby, which did not answer in time: were this server lost now, so would this be."""
