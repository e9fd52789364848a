"""The house holds: imports point one way, only the door opens sessions, files stay the size of their name."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("domain", "db", "services", "text", "ui", "web", "pages", "demo", "commands")
OURS = {*LAYERS, "app", "manage"}

# Besides the standard library.
MAY_IMPORT: dict[str, set[str]] = {
    "app": {"web", "ui", "services", "domain", "streamlit", "starlette", "uvicorn"},
    "manage": {"commands", "services", "domain", "text", "click"},
    "commands": {"demo", "services", "domain", "text", "click"},
    "demo": {"services", "domain"},
    "pages": {"ui", "services", "domain", "text", "streamlit", "pandas"},
    "text": {"domain", "babel"},
    "ui": {"services", "domain", "text", "streamlit", "streamlit_authenticator", "pandas", "altair", "qrcode"},
    "web": {"services", "domain", "text", "starlette", "streamlit"},
    "services": {
        "db", "domain", "text", "sqlalchemy", "pandas", "docxtpl", "docx", "jinja2", "typst", "fontTools", "openpyxl",
        "xlsxwriter", "filetype", "PIL", "pikepdf", "streamlit_authenticator", "pydantic", "alembic", "zxcvbn", "pyotp",
        "cryptography", "authlib", "joserfc", "pyrage",
    },
    "db": {"domain", "sqlalchemy", "alembic", "pydantic", "holidays", "psycopg", "snowballstemmer"},
    "domain": set(),
}  # fmt: skip
LONGEST_FILE = 450  # the aim is 250; past this a file no longer fits its name
LONGEST_PAGE = 250


def sources() -> Iterator[tuple[str, Path]]:
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            if "versions" not in path.parts:
                yield layer, path
    for name in ("app", "manage"):
        if (ROOT / f"{name}.py").exists():
            yield name, ROOT / f"{name}.py"


SOURCES = list(sources())
IDS = [str(path.relative_to(ROOT)) for _, path in SOURCES]


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names - set(sys.stdlib_module_names) - {"__future__"}


def test_every_layer_is_looked_at() -> None:
    assert {layer for layer, _ in SOURCES} == OURS


@pytest.mark.parametrize(("layer", "path"), SOURCES, ids=IDS)
def test_imports_point_down(layer: str, path: Path) -> None:
    tree = ast.parse(path.read_text())

    assert imported(tree) <= MAY_IMPORT[layer] | {layer}


@pytest.mark.parametrize(("layer", "path"), SOURCES, ids=IDS)
def test_only_the_door_opens_sessions(layer: str, path: Path) -> None:
    if path == ROOT / "services" / "door.py":
        return
    tree = ast.parse(path.read_text())
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}

    assert not calls & {"Session", "sessionmaker", "scoped_session"}
    if layer != "db":
        assert "create_engine" not in calls


def attribute_calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


@pytest.mark.parametrize(("layer", "path"), SOURCES, ids=IDS)
def test_only_the_door_reads_the_clock(layer: str, path: Path) -> None:
    if path == ROOT / "services" / "door.py":
        return

    assert not set(attribute_calls(ast.parse(path.read_text()))) & CLOCK


@pytest.mark.parametrize(("layer", "path"), SOURCES, ids=IDS)
def test_nothing_banned_by_the_design(layer: str, path: Path) -> None:
    tree = ast.parse(path.read_text())
    used = set(attribute_calls(tree))
    keywords = {word.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords}
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    assert not used & {("pd", "read_sql"), ("st", "cache_data"), ("sqlalchemy", "text"), ("sa", "text")}
    assert "unsafe_allow_html" not in keywords
    if path.parent.name == "services" and path.name not in ("door.py", "row_rule.py"):
        assert "row_rule" not in strings or path.name == "records.py"
        assert "services.row_rule" not in path.read_text()


@pytest.mark.parametrize(("layer", "path"), SOURCES, ids=IDS)
def test_a_file_fits_its_name(layer: str, path: Path) -> None:
    lines = len(path.read_text().splitlines())

    assert lines <= (LONGEST_PAGE if layer == "pages" else LONGEST_FILE)


@pytest.mark.parametrize("path", [path for layer, path in SOURCES if layer == "services"], ids=lambda p: p.name)
def test_services_do_not_know_the_screen(path: Path) -> None:
    assert "streamlit" not in imported(ast.parse(path.read_text()))


# An operator's command reaches every row, so it gets none of the rights that show a dossier. Taking over writes new ones.
OPERATORS = {"OPERATE", "ACCOUNTS", "ENTER", "PROCEDURE", "TAKE_OVER"}


def test_no_command_has_a_right_about_dossiers() -> None:
    found = []
    for path in ROOT.rglob("*.py"):
        if not path.relative_to(ROOT).parts[0].startswith((".", "mutants", "tests")):
            calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
            found += [each for each in calls if isinstance(each.func, ast.Name) and each.func.id == "SystemActor"]

    assert len(found) >= 4
    for call in found:
        assert {each.attr for each in ast.walk(call) if isinstance(each, ast.Attribute)} <= OPERATORS
