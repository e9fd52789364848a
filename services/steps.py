"""Every step of a dossier by name. What each asks and refuses stands with it: handling, deciding, the external route."""

from __future__ import annotations

from services.corrections import Corrected, correct, raise_red_flag
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
from services.lifting import confirm_lift, propose_lift, remove_party, withdraw_lift

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
    "confirm_lift",
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
    "propose_lift",
    "raise_red_flag",
    "refer",
    "remove_party",
    "reopen",
    "withdraw",
    "withdraw_lift",
]
