"""A list or a figure as a file: two buttons under it. The file is made when somebody clicks; the service asks again who that
is and what they may see, and takes nothing from the screen but the choice of filters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from services.spreadsheets import MIME, FileType, file_name
from ui.session import t

Make = Callable[[FileType], bytes]

_ICON = ":material/download:"


def downloads(key: str, name: str, make: Make) -> None:
    """`key`: ``<page>.<what>``; `name`: how the file begins, without anything of a dossier."""
    with st.container(horizontal=True, gap="small"):
        for file_type in FileType:
            st.download_button(
                t(f"exports.{file_type}"),
                partial(make, file_type),
                key=f"{key}_{file_type}",
                file_name=file_name("weerklank", name, file_type=file_type),
                mime=MIME[file_type],
                icon=_ICON,
                help=t(f"exports.help_{file_type}"),
                type="tertiary",
                on_click="ignore",
            )
