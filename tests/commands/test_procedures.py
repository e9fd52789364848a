"""`manage.py profile-adopt`: numbers before, a question, and a version in force after."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from manage import cli
from services import procedures
from tests.cases import Case
from tests.conftest import Cast
from tests.services.test_procedures import ACK, SLOWER, targets


def adopt(tmp_path: Path, *words: str, source: str = SLOWER, answer: str = "") -> Result:
    file = tmp_path / "ours.toml"
    file.write_text(source, encoding="utf-8")
    return CliRunner().invoke(cli, ["profile-adopt", str(file), "--from", "2026-11-21", *words], input=answer)


def test_it_says_what_would_move_and_does_nothing_without_a_yes(cast: Cast, tmp_path: Path) -> None:
    case = Case.registered("training", cast)

    result = adopt(tmp_path, answer="n\n")

    assert result.exit_code == 1
    assert "Ontvangstbevestiging: 1" in result.output
    assert case.reference not in result.output
    assert len(procedures.versions(cast.actor("cora"))) == 1


def test_open_dossiers_stay_unless_they_are_moved(cast: Cast, tmp_path: Path) -> None:
    case = Case.registered("training", cast)
    before = targets(case)

    assert adopt(tmp_path, "--yes").exit_code == 0
    assert targets(case) == before

    result = adopt(tmp_path, "--move", "--yes", source=SLOWER + "\n# nog eens\n")
    assert result.exit_code == 0, result.output
    assert targets(case)[ACK] > before[ACK]
    assert "versie 3" in result.output


def test_a_broken_file_names_its_lines(cast: Cast, tmp_path: Path) -> None:
    result = adopt(tmp_path, source=SLOWER.replace('unit = "weeks"', 'unit = "fortnights"', 1))

    assert result.exit_code == 1
    assert "regel" in result.output


def test_a_refusal_is_a_sentence(cast: Cast, tmp_path: Path) -> None:
    adopt(tmp_path, "--yes")

    assert "precies de versie" in adopt(tmp_path, "--yes").output
