"""Where a key stands in a TOML file: tomllib does not say, and who edits a profile needs the line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_MULTILINE = ('"""', "'''")

KeyPath = tuple[int | str, ...]


@dataclass
class Where:
    """Lines by path: ("rules", 3, "unit") is the key `unit` in the fourth [[rules]]."""

    lines: dict[KeyPath, int] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int:
        """The line of the deepest part of `path` that stands in the file; 1 when none does."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def lines_of(source: str) -> Where:
    """Only for text that tomllib could read."""
    where = Where()
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    until: str | None = None  # the quotes that end the multi-line text we are in
    depth = 0  # of a list that runs over lines
    for number, line in enumerate(source.splitlines(), start=1):
        if until:
            until = None if until in line else until
            continue
        if depth == 0 and (header := _HEADER.match(line)):
            table = _enter(header, counts)
            where.lines.setdefault(table, number)
            if header[1] == "[[":
                where.lines.setdefault(table[:-1], number)
            continue
        if depth == 0 and (found := _KEY.match(line)):
            where.lines.setdefault((*table, *_parts(found[1])), number)
        until = _opened_text(line)
        depth += 0 if until else _brackets(line)
    return where


def _enter(header: re.Match[str], counts: dict[KeyPath, int]) -> KeyPath:
    parts: KeyPath = ()
    names = _parts(header[2])
    for position, name in enumerate(names):
        parts = (*parts, name)
        last = position == len(names) - 1
        if header[1] == "[[" and last:
            counts[parts] = counts.get(parts, -1) + 1
        if parts in counts:
            parts = (*parts, counts[parts])
    return parts


def _parts(dotted: str) -> KeyPath:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""", dotted))


def _opened_text(line: str) -> str | None:
    """The quotes of a multi-line text that begins on this line and does not end on it."""
    for quotes in _MULTILINE:
        if line.count(quotes) == 1:
            return quotes
    return None


def _brackets(line: str) -> int:
    bare = re.sub(r""""(?:\\.|[^"\\])*"|'[^']*'|#.*""", "", line)
    return bare.count("[") - bare.count("]")
