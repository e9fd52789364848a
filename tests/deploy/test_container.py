"""The Dockerfile: what a linter says of it, and whether what goes along is enough. No image is built here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.serving import ROOT, free_port

FILE = (ROOT / "Dockerfile").read_text()


def test_the_linter_finds_nothing() -> None:
    linter = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert linter, "it comes with requirements-dev.txt"
    said = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout) == (0, "")


def test_nobody_is_root_in_it_and_nothing_secret_goes_along() -> None:
    stages = FILE.split("\nFROM ")

    assert re.search(r"(?m)^USER 10001:10001$", stages[-1])
    assert not re.search(r"(?im)^(ENV|ARG) .*(secret|password|key)", FILE)
    assert taken_along() >= {"app.py", "db", "web"}
    assert not taken_along() & {"data", "tests", ".git", ".venv", ".ci"}


def taken_along() -> set[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    return {line[1:] for line in lines if line.startswith("!")}


def test_what_goes_along_is_enough(tmp_path: Path) -> None:
    """Its own command on an empty /data, and the question of the health check."""
    program, port = tmp_path / "program", free_port()
    program.mkdir()
    for name in taken_along():
        source = ROOT / name
        shutil.copytree(source, program / name) if source.is_dir() else shutil.copy(source, program / name)
    health = json.loads(re.findall(r"(?m)^    CMD (\[.*\])$", FILE)[-1])
    command = json.loads(re.findall(r"(?m)^CMD (\[.*\])$", FILE)[-1])
    known = {name: value for name, value in os.environ.items() if not name.startswith(("WEERKLANK_", "STREAMLIT_"))}
    inside = known | {"WEERKLANK_DATA": str(tmp_path / "data"), "STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "PYTHONUNBUFFERED": "1"}
    log = tmp_path / "log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *command[1:], "--port", str(port)], cwd=program, env=inside, stdout=said, stderr=said
        )
    try:
        asked = [sys.executable, *(word.replace("8501", str(port)) for word in health[1:])]
        patience = time.monotonic() + 60
        while subprocess.run(asked, capture_output=True, check=False).returncode:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < patience
            time.sleep(0.2)
        assert re.search(rf"http://127\.0\.0\.1:{port}/\?link=\S{{20}}", log.read_text())
    finally:
        process.terminate()
        process.wait(20)
