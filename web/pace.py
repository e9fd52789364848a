"""How fast messages may come."""

from __future__ import annotations

from time import monotonic


class Bucket:
    """`at_once` together, and `a_second` from then on."""

    def __init__(self, at_once: float, a_second: float) -> None:
        self._at_once, self._a_second = at_once, a_second
        self._left, self._last = at_once, monotonic()

    def late(self) -> float:
        """One more: the seconds by which it came too early, 0 when it did not. Whoever waits that long keeps the pace."""
        now = monotonic()
        self._left = min(self._at_once, self._left + (now - self._last) * self._a_second) - 1
        self._last = now
        return max(0.0, -self._left / self._a_second)

    def stand_still(self, seconds: float) -> None:
        """Time in which nothing could come: it does not make up for what came too early."""
        self._last += seconds
