"""`make guards`: take the guards out one by one, each in a copy of the program. Does a test notice? (P38)

A guard is a condition that ends in a refusal, one of the parts of such a condition, or one of the parts that a row must
meet. They are found in the code, not listed here.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 600  # seconds for the tests of one guard; longer counts as noticed

# What holds the guards, and the tests that know it; the quickest to notice first.
GUARDED: dict[str, tuple[str, ...]] = {
    "domain/rights.py": ("tests/domain/test_rights_file.py", "tests/domain/test_rights.py", "tests/services/test_accounts.py"),
    "services/door.py": (
        "tests/services/test_door.py",
        "tests/services/test_door_guards.py",
        "tests/services/test_sessions.py",
        "tests/services/test_rights_table.py",
        "tests/services/test_absurd_numbers.py",
        "tests/services/test_appeals.py",
        "tests/services/test_directing.py",
        "tests/services/test_complaints.py",
        "tests/db/test_append_only.py",
    ),
    "services/row_rule.py": (
        "tests/services/test_door.py",
        "tests/services/test_row_rule.py",
        "tests/services/test_rights_table.py",
        "tests/services/test_escalation.py",
        "tests/services/test_as_it_stood.py",
        "tests/services/test_appeals.py",
        "tests/services/test_restricted.py",
        "tests/services/test_door_guards.py",
    ),
    "web/visit.py": ("tests/web/test_visit.py", "tests/web/test_gate.py", "tests/web/test_routes.py"),
    "web/gate.py": (
        "tests/web/test_socket.py",
        "tests/web/test_gate.py",
        "tests/web/test_routes.py",
        "tests/attacks/test_headers.py",
        "tests/attacks/test_session_ends.py::test_an_address_of_a_file_is_for_the_session_that_was_told",
        "tests/attacks/test_flood.py::test_one_session_has_no_endless_screens",
        "tests/attacks/test_flood.py::test_a_storm_is_closed_also_where_all_have_to_wait",
        "tests/attacks/test_flood.py::test_large_frames_of_visitors_end_their_socket",
        "tests/attacks/test_frames_of_others.py::test_a_download_of_somebody_elses_tab_is_nobodys",
        "tests/attacks/test_frames.py",
    ),
}

# Guards that stand behind another one, or beside it for speed: without them nothing changes that can be seen.
DOUBLE: dict[tuple[str, str], str] = {
    ("services/door.py", "row is None"): "without a session there is no account either, which is asked next to it",
    ("services/door.py", "account is None"): "no session without an account: a foreign key",
    ("services/door.py", "m.Party.account_id.in_(ordered)"): "who is not in the line is not asked about: it only reads less",
    (
        "services/row_rule.py",
        "not (state.is_select or state.is_update or state.is_delete)",
    ): "more is refused",
    ("web/visit.py", "not self.origin"): "an empty origin has no scheme either, which is asked next to it",
}


@dataclass(frozen=True)
class Guard:
    """A piece of the source and what stands there when it is taken out; `start` and `end` in bytes."""

    path: str
    line: int
    start: int
    end: int
    instead: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.path}:{self.line} {self.text}"


def guards(path: str, source: str) -> list[Guard]:
    """All guards in this text, in order, each once."""
    lines = [len(each) for each in source.encode().splitlines(keepends=True)]
    begins = [sum(lines[:number]) for number in range(len(lines))]

    def at(node: ast.expr, instead: str, end: int | None = None) -> Guard:
        start = begins[node.lineno - 1] + node.col_offset
        last = begins[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0) if end is None else end
        return Guard(path, node.lineno, start, last, instead, " ".join(ast.unparse(node).split()))

    found = {(each.start, each.end): each for node in ast.walk(ast.parse(source)) for each in _in(node, at)}
    return [found[key] for key in sorted(found)]


def _in(node: ast.AST, at: object) -> Iterator[Guard]:
    assert callable(at)
    match node:
        case ast.If(test=test, body=[*_, last], orelse=[]) if _refuses(last):
            yield at(test, "False")
            yield from (at(each, "False") for each in _parts(test, ast.Or))
            yield from (at(each, "True") for each in _parts(test, ast.And))
        case ast.Return(value=ast.BoolOp() as test) | ast.Assign(value=ast.BoolOp() as test):
            yield from (at(each, "True") for each in _parts(test, ast.And))
        case ast.comprehension(ifs=ifs):
            yield from (at(each, "True") for each in ifs)
        case ast.Dict(values=values):
            yield from (at(each, "true()") for each in values if _is_rule(each))
        case ast.Call(func=ast.Name("and_") | ast.Attribute(attr="where"), args=parts):
            yield from (at(each, "true()") for each in parts if not isinstance(each, ast.Starred))


def _is_rule(value: ast.expr) -> bool:
    """The rule of one table: made by a function of the row rule."""
    return isinstance(value, ast.IfExp) or (isinstance(value, ast.Call) and isinstance(value.func, ast.Name))


def _refuses(statement: ast.stmt) -> bool:
    """Raises, leaves, or answers on its own."""
    return isinstance(statement, (ast.Raise, ast.Return, ast.Continue)) or "close(" in ast.unparse(statement)


def _parts(test: ast.expr, of: type[ast.boolop]) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, of) else []


def without(source: str, guard: Guard) -> str:
    """The text with the guard taken out. `true()` may need its import."""
    raw = source.encode()
    changed = (raw[: guard.start] + guard.instead.encode() + raw[guard.end :]).decode()
    if guard.instead == "true()":
        changed = changed.replace(
            "from __future__ import annotations\n", "from __future__ import annotations\nfrom sqlalchemy import true\n", 1
        )
    return changed


def notices(copy: Path, guard: Guard) -> str:
    """The first test that fails without this guard; empty when none does."""
    target = copy / guard.path
    source = target.read_text(encoding="utf-8")
    target.write_text(without(source, guard), encoding="utf-8")
    try:
        run = _run(copy, guard.path, LONGEST)
        said = [each for each in run.stdout.splitlines() if each.startswith(("FAILED tests", "ERROR tests"))]
        return "" if run.returncode == 0 else (said or [f"pytest ended with {run.returncode}"])[0].split(" - ")[0]
    except subprocess.TimeoutExpired:
        return "(no end)"
    finally:
        target.write_text(source, encoding="utf-8")


def _run(copy: Path, path: str, seconds: float = 2 * LONGEST) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *GUARDED[path]]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=seconds, check=False)


def main(only: list[str]) -> int:
    """Each guard with the test that noticed; 1 when a guard can go unnoticed. `only`: parts of file names."""
    wanted = [path for path in GUARDED if not only or any(each in path for each in only)]
    todo = [each for path in wanted for each in guards(path, (ROOT / path).read_text(encoding="utf-8"))]
    copies: SimpleQueue[Path] = SimpleQueue()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="weerklank-guards-") as folder:
        for number in range(2):
            copy = Path(folder) / f"copy{number}"
            shutil.copytree(
                ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "data", "mutants", ".*_cache", "__pycache__")
            )
            copies.put(copy)

        broken = [path for path in wanted if _run(Path(folder) / "copy0", path).returncode]
        if broken:
            print(f"Even with all guards the tests fail of: {', '.join(broken)}")  # noqa: T201
            return 2

        def tried(guard: Guard) -> tuple[Guard, str]:
            copy = copies.get()
            try:
                return guard, notices(copy, guard)
            finally:
                copies.put(copy)

        missed = []
        with ThreadPoolExecutor(2) as pool:
            for guard, noticed in pool.map(tried, todo):
                why = DOUBLE.get((guard.path, guard.text), "")
                if not noticed and not why:
                    missed.append(guard)
                print(f"{guard.name}\n    {noticed or ('double: ' + why if why else 'NOBODY NOTICES')}", flush=True)  # noqa: T201
    took = (time.monotonic() - began) / 60
    print(f"P38: {len(todo) - len(missed)} of {len(todo)} guards noticed or known to be double, {took:.0f} minutes")  # noqa: T201
    return 1 if missed or not todo else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
