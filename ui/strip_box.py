"""Under every place for files: shall the data about maker and place go? And of which files that is not possible."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from services import stripping
from ui.session import literal, t


def strip_box(key: str, names: Iterable[str], anonymous: bool) -> bool:
    """Of an anonymous complaint it starts ticked, because a photograph can name who took it; of another it does not, because
    what is evidence had better stay as it is."""
    chosen = st.checkbox(t("files.strip"), anonymous, key=f"{key}.strip.{anonymous}", help=t("files.strip_help"))
    impossible = [name for name in names if not stripping.possible(name)]
    if chosen and impossible:
        st.warning(t("files.strip_not", names=literal(", ".join(impossible))), icon=":material/info:")
    return bool(chosen)
