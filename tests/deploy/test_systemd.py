"""The units of deploy/systemd/: what systemd itself says of them, and whether the program can live with what they forbid.

No systemd is started: a manager, also one in namespaces of its own, sets to work on the machine that it finds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services import door
from tests.attacks.test_session_ends import opened
from tests.attacks.world import of_the_door
from tests.cases import Case
from tests.conftest import TODAY, at, need
from tests.serving import ROOT, fill, start

UNITS = ROOT / "deploy" / "systemd"
GUARD = UNITS / "weerklank-.service.d" / "guarded.conf"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
TIMERS = sorted(path.name for path in UNITS.glob("*.timer"))


def analyze(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("systemd-analyze") is None:
        need("systemd")
    return subprocess.run(["systemd-analyze", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """A copy, in which only the program was replaced: /srv/weerklank is not on this machine."""
    shutil.copytree(UNITS, tmp_path, symlinks=True, dirs_exist_ok=True)
    for name in SERVICES:
        text = (tmp_path / name).read_text()
        (tmp_path / name).write_text(text.replace("/srv/weerklank/.venv/bin/python", "/bin/true"))
    return tmp_path


def test_systemd_finds_nothing_wrong(units: Path) -> None:
    said = analyze(units, "verify", *(f"./{name}" for name in SERVICES + TIMERS))

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_shut_in(units: Path, name: str) -> None:
    said = analyze(units, "security", "--offline=yes", f"./{name}")

    found = re.search(r"exposure level for \S+: ([\d.]+)", said.stdout)
    assert found, said
    assert float(found[1]) <= 2.0


def test_one_file_guards_them_all() -> None:
    assert (UNITS / "weerklank@.service.d" / "guarded.conf").resolve() == GUARD
    assert all(re.fullmatch(r"weerklank[-@].*\.service", name) for name in SERVICES)


def test_every_timer_has_its_service_and_comes_in_the_night() -> None:
    assert {name.removesuffix(".timer") for name in TIMERS} == {
        name.removesuffix(".service") for name in SERVICES if "@" not in name
    }
    for name in TIMERS:
        when = re.search(r"OnCalendar=(.*)", (UNITS / name).read_text())
        assert when
        assert re.fullmatch(r"\*-\*-\* 0[0-6]:\d\d:00 Europe/Amsterdam", when[1])


def refused_calls(folder: Path) -> set[str]:
    """The system calls that the units do not allow, as systemd reads its own groups."""

    def members(group: str) -> set[str]:
        lines = [line.strip() for line in analyze(folder, "syscall-filter", group).stdout.splitlines()]
        names = {line for line in lines if line and not line.startswith(("#", "@"))}
        return names.union(*(members(line) for line in lines if line.startswith("@") and line != group))

    allowed: set[str] = set()
    for words in re.findall(r"(?m)^SystemCallFilter=(.*)$", GUARD.read_text()):
        for group in words.removeprefix("~").split():
            allowed = allowed - members(group) if words.startswith("~") else allowed | members(group)
    return members("@known") - allowed


def test_the_program_lives_with_what_they_forbid(tmp_path: Path) -> None:
    """No capabilities, no new ones, few open files, refused system calls, no memory that is written and executed: a form, an
    upload, a letter as PDF and the overview work."""
    missing = [each for each in ("strace", "setpriv", "prlimit") if shutil.which(each) is None]
    if missing:
        need(missing[0])
    data, trace = tmp_path / "data", tmp_path / "trace"
    data.mkdir()
    with of_the_door(data):
        people = fill(door.engine(), "training")
        at(door.engine(), people, TODAY)
        case = Case.registered("training", people).in_progress()
    refused = ",".join(f"?{name}" for name in sorted(refused_calls(tmp_path)))
    under = [
        *("prlimit", "--nofile=8192", "--core=0", "setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"),
        *("strace", "-D", "-f", "-qq", "-o", str(trace), "-e", f"trace=mprotect,pkey_mprotect,mmap,{refused}"),
        *("-e", f"inject={refused}:error=EPERM", sys.executable),
    ]
    told = subprocess.run(
        [*under, "-c", "import os; os.sched_setaffinity(0, {0})"], capture_output=True, text=True, check=False
    )
    assert "PermissionError" in told.stderr, "what is refused is refused"
    with start(data, people, under=under) as server:
        world: Any = SimpleNamespace(server=server, open=case.reference)
        assert opened(world).works()
        said = opened(world).screen.visit("overview").said
        log = server.log.read_text()

    assert "vega" in said
    assert "Traceback" not in log, log[-3000:]
    executed = [line for line in trace.read_text().splitlines() if re.search(r"PROT_EXEC", line)]
    assert executed, "libraries were loaded"
    assert [line for line in executed if "PROT_WRITE" in line or "mprotect" in line] == []
