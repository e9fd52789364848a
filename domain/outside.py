"""The external route: which stage asks for what (R009-R016)."""

from __future__ import annotations

from domain.vocabulary import ExternalResult, ExternalStage

OTHER = "other"  # a body that the profile does not know by name
RULINGS = (
    ExternalResult.UPHELD,
    ExternalResult.PARTLY,
    ExternalResult.NOT_UPHELD,
    ExternalResult.SETTLED,
    ExternalResult.INADMISSIBLE,
)
OTHERWISE = (
    ExternalResult.INFORMATION,
    ExternalResult.ADVICE,
    ExternalResult.MEDIATION_SUCCEEDED,
    ExternalResult.MEDIATION_FAILED,
    ExternalResult.REFERRED_ON,
    ExternalResult.SETTLED,
)
_RULING_BODIES = frozenset({"disputes_committee", "ombudsman", "regulator", "wb_authority"})


def stages_of(body_type: str) -> tuple[ExternalStage, ...]:
    """What can happen at a body of this type. A complaints desk or an expert hears and rules nothing (R014); of a body
    that the profile does not know we know nothing."""
    if body_type == OTHER:
        return tuple(ExternalStage)
    if body_type in _RULING_BODIES:
        return tuple(stage for stage in ExternalStage if stage is not ExternalStage.DESK)
    return (ExternalStage.INFORMED, ExternalStage.DESK, ExternalStage.ENDED)


def results_of(stage: ExternalStage) -> tuple[ExternalResult, ...]:
    """The results that fit this stage; empty where there is none yet."""
    match stage:
        case ExternalStage.RULED:
            return RULINGS
        case ExternalStage.ENDED:
            return OTHERWISE
    return ()


def may_bind(stage: ExternalStage) -> bool:
    return stage is ExternalStage.RULED
