"""Streamlit puts the folder of its main script in front of all libraries."""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

UI = Path(__file__).resolve().parents[2] / "ui"


def test_no_file_beside_the_main_script_hides_a_library() -> None:
    ours = {path.stem for path in UI.glob("*.py")} - {"__init__"}

    assert ours & (set(packages_distributions()) | set(sys.stdlib_module_names)) == set()
