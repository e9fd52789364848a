"""What the columns of somebody else's table mean here, and how one cell becomes a value. Nothing is guessed: a cell that can
be read in two ways, or in none, is refused with a sentence of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.entries import EARLIEST
from domain.errors import Refused
from domain.tables import Cell, Table, outside
from domain.texts import LONGEST, LONGEST_LINE, clean

LONGEST_NAME = 80
LONGEST_WORD = LONGEST_LINE  # that somebody can say the meaning of
MOST_CHOICES = 500  # words of one column that mean something here

_NO_CHOICES: Mapping[str, Mapping[str, str]] = MappingProxyType({})
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_TARGET = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan", "februari feb febr", "maart mrt", "april apr", "mei", "juni jun", "juli jul", "augustus aug",
            "september sep sept", "oktober okt", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_TIME = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_ISO = re.compile(rf"([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_TIME}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})")
_FIGURES = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_TIME}")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/. ](?:[0-9]{1,2}|[^\W\d_]{3,9}\.?)[-/. ]'?[0-9]{2}")
_WRITTEN = re.compile(r"(?:[^\W\d_]+,? )?([0-9]{1,2})[ -]([^\W\d_]{3,9})\.?[ -]([0-9]{4})")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}([.,])[0-9]{3}")
_ERROR = re.compile(r"#(?:[A-Z0-9/_]+[!?]?|NAME\?|NAAM\?)")
_YES = frozenset({"ja", "j", "yes", "y", "waar", "true", "1", "x"})
_NO = frozenset({"nee", "n", "no", "onwaar", "false", "0"})


class DateOrder(StrEnum):
    """How 03/04/2025 is meant, when somebody says so."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True)
class ColumnMap:
    """`columns`: what a value is for here -> the heading above it in the file. `choices`: the same -> what stands in the
    file (any case) -> the value that it is here. `order`: none where nobody said so."""

    columns: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _NO_CHOICES)
    order: DateOrder | None = None

    def as_data(self) -> dict[str, object]:
        """For the database, and as `read_map` takes it."""
        choices = {target: dict(words) for target, words in self.choices.items() if words}
        return {"columns": dict(self.columns), "choices": choices, "order": self.order.value if self.order else None}


def read_map(data: object) -> ColumnMap:
    """From what `as_data` gave, or from anything else. Raises Refused: ``mapping_damaged``, ``mapping_column_twice``."""
    if not isinstance(data, Mapping):
        raise Refused("mapping_damaged", "mapping")
    columns = _words(data.get("columns"), "mapping")
    if len(set(columns.values())) < len(columns):
        raise Refused("mapping_column_twice", "mapping")
    given = data.get("choices") or {}
    if not isinstance(given, Mapping):
        raise Refused("mapping_damaged", "mapping")
    choices = {_target(target): folded(_words(words, "mapping", targets=False)) for target, words in given.items()}
    order = data.get("order")
    if order is not None and order not in tuple(DateOrder):
        raise Refused("mapping_damaged", "mapping")
    return ColumnMap(columns, choices, DateOrder(order) if order is not None else None)


def _words(data: object, blame: str, *, targets: bool = True) -> dict[str, str]:
    if not isinstance(data, Mapping) or len(data) > MOST_CHOICES:
        raise Refused("mapping_damaged", blame)
    if not all(isinstance(each, str) for pair in data.items() for each in pair):
        raise Refused("mapping_damaged", blame)
    named = {_target(key) if targets else clean(key, blame): clean(value, blame, LONGEST_LINE) for key, value in data.items()}
    return {key: value for key, value in named.items() if value and (key or not targets)}  # "": what an empty cell means


def _target(name: object) -> str:
    if not isinstance(name, str) or not _TARGET.fullmatch(name):
        raise Refused("mapping_damaged", "mapping")
    return name


def folded(words: Mapping[str, str]) -> dict[str, str]:
    return {fold(key): value for key, value in words.items()}


def fold(text: str) -> str:
    """How words of a column are compared: without capitals and without more than one space."""
    return " ".join(text.split()).casefold()


# The columns


def places(mapping: ColumnMap, table: Table) -> dict[str, int]:
    """Where in a row each target stands. Raises Refused ``mapping_column_gone`` with the heading that is not there."""
    where = {name.casefold(): place for place, name in enumerate(table.columns)}
    for heading in mapping.columns.values():
        if heading.casefold() not in where:
            raise Refused("mapping_column_gone", "mapping", heading=heading)
    return {target: where[heading.casefold()] for target, heading in mapping.columns.items()}


def cells(row: Sequence[Cell], where: Mapping[str, int], columns: Sequence[str]) -> dict[str, Cell]:
    """The cells of a row by target. Raises Refused ``cell_outside`` when something stands where no heading is."""
    if outside(row, columns):
        raise Refused("cell_outside")
    return {target: row[place] for target, place in where.items()}


def proposed(columns: Iterable[str], known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A heading for each target by the words that are usual for it (`known`), for somebody to confirm. The same words, or
    the heading begins with them; a heading goes to one target."""
    left, found = list(columns), {}
    for whole in (True, False):
        for target, words in known.items():
            if target in found:
                continue
            for heading in left:
                said = fold(heading)
                if any(said == word or (not whole and said.startswith(f"{word} ")) for word in words):
                    found[target] = heading
                    left.remove(heading)
                    break
    return found


# One cell. Empty is None; what cannot be read is Refused with the target as its field.


def text(cell: Cell, target: str, longest: int = LONGEST) -> str:
    """As it stands; a number without a needless fraction, a day as 2025-04-03. Raises Refused: ``cell_error``, and those of
    `domain.texts.clean`."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        if _ERROR.fullmatch(cell.strip()):
            raise Refused("cell_error", target)
        return clean(cell, target, longest)
    if isinstance(cell, bool):
        return "ja" if cell else "nee"
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "minutes")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def day(cell: Cell, target: str, *, latest: date, earliest: date = EARLIEST, order: DateOrder | None = None) -> date | None:
    """A real day from `earliest` to `latest`. Raises Refused: ``cell_date``, ``cell_date_impossible``,
    ``cell_date_ambiguous``, ``cell_date_short_year``, ``cell_date_number``, ``cell_error``, ``cell_in_the_future``,
    ``cell_too_long_ago``."""
    found = _day(cell, target, order)
    if found is not None and found > latest:
        raise Refused("cell_in_the_future", target)
    if found is not None and found < earliest:
        raise Refused("cell_too_long_ago", target, earliest=earliest)
    return found


def _day(cell: Cell, target: str, order: DateOrder | None) -> date | None:
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return cell.astimezone(_AMSTERDAM).date() if cell.tzinfo else cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        raise Refused("cell_date_number", target)
    typed = " ".join(text(cell, target, LONGEST).split())
    return _typed_day(typed, target, order) if typed else None


def _typed_day(typed: str, target: str, order: DateOrder | None) -> date:
    if _MOMENT.fullmatch(typed):
        return _moment(typed, target)
    if iso := _ISO.fullmatch(typed):
        return _real(target, *map(int, iso.groups()[:3]))
    if figures := _FIGURES.fullmatch(typed):
        return _figures(target, int(figures[1]), int(figures[3]), int(figures[4]), figures[2], order)
    written = _WRITTEN.fullmatch(typed)
    if written and written[2].casefold() in _MONTHS:
        return _real(target, int(written[3]), _MONTHS[written[2].casefold()], int(written[1]))
    if _SHORT_YEAR.fullmatch(typed):
        raise Refused("cell_date_short_year", target)
    raise Refused("cell_date_number" if typed.isdecimal() else "cell_date", target)


def _moment(typed: str, target: str) -> date:
    try:
        return datetime.fromisoformat(typed).astimezone(_AMSTERDAM).date()
    except (ValueError, OverflowError):
        raise Refused("cell_date_impossible", target) from None


def _figures(target: str, first: int, second: int, year: int, sign: str, order: DateOrder | None) -> date:
    """3-4-2025 with hyphens is Dutch; otherwise the first two have to say it by themselves, or the mapping does."""
    if order is None and sign != "-" and first <= 12 and second <= 12 and first != second:
        raise Refused("cell_date_ambiguous", target)
    month_first = order is DateOrder.MONTH_FIRST or (order is None and sign != "-" and second > 12)
    return _real(target, year, first, second) if month_first else _real(target, year, second, first)


def _real(target: str, year: int, month: int, number: int) -> date:
    try:
        return date(year, month, number)
    except ValueError:
        raise Refused("cell_date_impossible", target) from None


def number(cell: Cell, target: str, *, lowest: int, highest: int) -> Decimal | None:
    """With a comma or a point. Raises Refused: ``cell_number``, ``cell_number_ambiguous`` (1.250), ``cell_number_range``,
    ``cell_error``."""
    if cell is None:
        return None
    if isinstance(cell, bool | date):
        raise Refused("cell_number", target)
    typed = text(cell, target).replace("\u2212", "-").strip()
    if isinstance(cell, str) and _THOUSANDS.fullmatch(typed):
        raise Refused("cell_number_ambiguous", target)
    try:
        found = Decimal(typed.replace(",", ".")) if not isinstance(cell, str) or _NUMBER.fullmatch(typed) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise Refused("cell_number", target)
    if not lowest <= found <= highest:
        raise Refused("cell_number_range", target, lowest=lowest, highest=highest)
    return found


def whole(cell: Cell, target: str, *, lowest: int, highest: int) -> int | None:
    """As `number`; raises Refused ``cell_whole`` for 3,5."""
    found = number(cell, target, lowest=lowest, highest=highest)
    if found is not None and found != int(found):
        raise Refused("cell_whole", target)
    return None if found is None else int(found)


def yes_no(cell: Cell, target: str, words: Mapping[str, str] = MappingProxyType({})) -> bool | None:
    """`words`: of the file, with "yes" or "no" for each. Raises Refused: ``cell_yes_no``, ``cell_error``."""
    if cell is None or isinstance(cell, bool):
        return cell
    said = fold(text(cell, target))
    said = words.get(said, said)
    if said in _YES or said in _NO:
        return said in _YES
    raise Refused("cell_yes_no", target)


def choice(cell: Cell, target: str, words: Mapping[str, str], known: Iterable[str]) -> str | None:
    """What this word of the file is here: by `words` (folded), or because it is the same as one of `known`. Raises Refused:
    ``cell_choice``, ``cell_error``."""
    if cell is None:
        return None
    said = fold(text(cell, target))
    same = {fold(each): each for each in known}
    found = same.get(fold(words[said])) if said in words else same.get(said)
    if found is None:
        raise Refused("cell_choice", target)
    return found
