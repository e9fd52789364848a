"""Who opened the dossier, and when."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from services import list_exports, readings
from services.dossier import Dossier
from services.readings import MOST
from text import moment
from ui.downloads import downloads
from ui.session import actor, language, show_refusals, t
from ui.widgets import plain


def opened_by(file: Dossier) -> None:
    """Nobody can take a line out: there is no service that does."""
    with show_refusals():
        found = readings.readings(actor(), file.reference)
        st.caption(t("readings.about") if len(found) < MOST else t("readings.newest", count=MOST))
        rows = [(plain(each.who), t(f"readings.{each.what}"), moment(each.at, language())) for each in found]
        if not rows:
            st.caption(t("readings.nobody"))
            return
        columns = [t("readings.who"), t("readings.what"), t("readings.when")]
        st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch")
        who, reference = actor(), file.reference
        make = partial(list_exports.of_readings, who, reference)
        downloads("complaint.readings", "ingezien", make)
