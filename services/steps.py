"""Every step of a dossier by name. What each asks and refuses stands with it: handling, deciding, the external route."""

from __future__ import annotations

from services.corrections import Corrected, correct, raise_red_flag, remove_party
from services.deciding import (
    MeasureInput,
    PartInput,
    answer,
    close,
    closing_gaps,
    decide,
    extend,
    measure_done,
    not_handled,
    reopen,
    withdraw,
)
from services.external import refer
from services.handling import (
    acknowledge,
    acknowledge_impossible,
    assign,
    climb,
    consult,
    expert_consulted,
    log,
    notify_respondent,
    progress,
)

__all__ = [
    "Corrected",
    "MeasureInput",
    "PartInput",
    "acknowledge",
    "acknowledge_impossible",
    "answer",
    "assign",
    "climb",
    "close",
    "closing_gaps",
    "consult",
    "correct",
    "decide",
    "expert_consulted",
    "extend",
    "log",
    "measure_done",
    "not_handled",
    "notify_respondent",
    "progress",
    "raise_red_flag",
    "refer",
    "remove_party",
    "reopen",
    "withdraw",
]
