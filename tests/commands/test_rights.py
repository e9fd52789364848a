"""The page about rights is the table."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from domain.rights import Right, Role
from manage import cli

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rechten.md"


def test_the_page_in_the_docs_is_what_the_command_prints() -> None:
    assert CliRunner().invoke(cli, ["rights"]).output == PAGE.read_text(encoding="utf-8")


def test_the_page_has_a_line_for_each_right_and_a_column_for_each_role() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]

    assert len(rows) == len(Right) + 2
    assert {line.count("|") for line in rows} == {len(Role) + 2}
