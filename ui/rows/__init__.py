"""A list of which each row can be opened: a table of our own. Streamlit's grid draws on a canvas, and the board took twice as
long with it (ADR 0026)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

_NAME = "weerklank.rows"
_MANIFEST = ComponentManifest(name="weerklank", version="1", components=[ComponentConfig("rows", asset_dir="rows")])


@dataclass(frozen=True)
class Row:
    name: str  # what is clicked, and comes back
    flags: tuple[tuple[str, str], ...]  # words and colour
    cells: tuple[str, ...]


def rows(columns: Sequence[str], lines: Sequence[Row], caption: str, key: str) -> str | None:
    """The name of the row that was clicked in this run. It comes back from the browser: whatever is opened with it asks the
    door."""
    data = {
        "caption": caption,
        "columns": list(columns),
        "rows": [{"name": each.name, "flags": each.flags, "cells": each.cells} for each in lines],
    }
    clicked = _component(get_bidi_component_manager())(data=data, key=key, on_open_change=lambda: None).open
    return clicked if isinstance(clicked, str) and any(clicked == each.name for each in lines) else None


@cache
def _component(manager: BidiComponentManager) -> Any:
    """Its two files are served by Streamlit itself, under an address that the security policy allows."""
    manager.register_from_manifest(_MANIFEST, Path(__file__).resolve().parent.parent)
    return st.components.v2.component(_NAME, js="rows.js", css="rows.css", isolate_styles=False)
