"""What is chosen about health: the ladders of every quantity, and how long a motor's past counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from diagmod.models.risk_scale import Ladder


@dataclass(frozen=True)
class Ladders:
    """One ladder a quantity; ``params.yaml`` says the reason of each rung.

    Attributes
    ----------
    broken_bars : Ladder
        Equivalent broken bars, measured or risen since the baseline.
    shaft_db : Ladder
        Lines of the shaft, dB of the rated current.
    shaft_rise_db : Ladder
        Rise of these lines since the baseline, dB.
    unbalance_rise_pct : Ladder
        Change of the negative sequence since the baseline, % of I1.
    anomaly : Ladder
        Anomaly score, 1 at its threshold and 0 at what is usual.
    fault_probability, fault_severity : Ladder
        Calibrated probability that there is a fault, and severity of the predicted one, 0 to 1.
    crossing_probability : Ladder
        Probability that a threshold is crossed within the horizon of a forecast.
    """

    broken_bars: Ladder
    shaft_db: Ladder
    shaft_rise_db: Ladder
    unbalance_rise_pct: Ladder
    anomaly: Ladder
    fault_probability: Ladder
    fault_severity: Ladder
    crossing_probability: Ladder


@dataclass(frozen=True)
class HealthSettings:
    """Settings of the health index.

    Attributes
    ----------
    look_back : int
        How many of the last recordings that could tell make up the present state.
    limited_knowledge : float
        Share of its answers for which a recording of limited quality counts, 0 to 1.
    unmeasured_risk : float
        Risk of a fault that is supported and was not measured, %.
    ladders : Ladders
    """

    look_back: int
    limited_knowledge: float
    unmeasured_risk: float
    ladders: Ladders

    def __post_init__(self) -> None:
        if self.look_back < 2:
            raise ValueError(
                f"look_back must be at least 2 recordings, got {self.look_back}; one alone decides nothing"
            )
        if not 0 <= self.limited_knowledge <= 1:
            raise ValueError(f"limited_knowledge must lie between 0 and 1, got {self.limited_knowledge:g}")
        if not 25 <= self.unmeasured_risk <= 100:
            raise ValueError(f"unmeasured_risk must lie between 25 and 100 %, got {self.unmeasured_risk:g}")

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> HealthSettings:
        """Settings from ``evaluate.health`` of params.yaml.

        Raises
        ------
        ValueError
            An entry is missing, unknown or wrong.
        """
        _check_names("health", given, [field.name for field in fields(cls)])
        ladders = given["ladders"]
        _check_names("health.ladders", ladders, [field.name for field in fields(Ladders)])
        return cls(
            int(given["look_back"]), float(given["limited_knowledge"]), float(given["unmeasured_risk"]),
            Ladders(**{name: _ladder(name, ladders[name]) for name in ladders}),
        )  # fmt: skip


def _check_names(where: str, given: Any, names: list[str]) -> None:
    if not isinstance(given, Mapping):
        raise ValueError(f"{where} must be a mapping of {', '.join(names)}, got {given!r}")
    if unknown := sorted(set(given) - set(names)):
        raise ValueError(f"{where} has no entry {unknown[0]!r}; allowed are {', '.join(names)}")
    if missing := [name for name in names if name not in given]:
        raise ValueError(f"{where} lacks {missing[0]!r}; give {', '.join(names)}")


def _ladder(name: str, rungs: Any) -> Ladder:
    _check_names(f"health.ladders.{name}", rungs, [field.name for field in fields(Ladder)])
    try:
        return Ladder(**{rung: float(value) for rung, value in rungs.items()})
    except (TypeError, ValueError) as exc:
        raise ValueError(f"health.ladders.{name}: {exc}") from exc
