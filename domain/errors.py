"""The one way to say no: `Refused` carries a code; its sentence stands in the message catalogues."""

from __future__ import annotations


class Refused(Exception):
    """A rule says no.

    `code` is a key of the message catalogues (``refused.<code>``), `field` the name of the argument to blame (the
    screen shows the sentence next to it), `values` what the sentence needs: never personal data, but for whom to turn to.
    """

    def __init__(self, code: str, field: str | None = None, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.values = values
