"""From the tables of the product to one table of answers: a row a recording and question, with its risk.

A question is one thing asked of a recording: does the diagnosis find this fault, did this figure change since the
baseline, is the recording strange, does the model see a fault? Each answer keeps its value in its own unit and is
carried to the scale of risk by the ladder of its quantity. What could not be answered has no risk at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from diagmod.core.verdicts import QualityVerdict, Verdict
from diagmod.io.defect_catalogue import Defect, read_defects
from diagmod.io.health_tables import PARTS
from diagmod.models.risk_scale import FROM, MOST, weighed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from diagmod.models.health_settings import HealthSettings
    from diagmod.models.risk_scale import Ladder

#: Columns of the answers.
ANSWERS = ("recording_id", "part", "question", "fault", "verdict", "value", "unit", "risk", "told", "competing")

#: Parts that are always asked for; a forecast counts only where there is one.
ALWAYS = PARTS[:4]

#: Label of a machine without a fault.
_HEALTHY = "healthy"

#: Columns that each input must have.
_NEEDED = {
    "catalogue": ("recording_id", "motor_id", "started_at", "acquisition"),
    "states": ("recording_id", "acquisition_reasons", "advice"),
    "diagnoses": (
        "recording_id", "fault", "kind", "verdict", "severity_value", "severity_unit", "sentence", "competing",
    ),
    "changes": (
        "recording_id", "fault", "verdict", "change", "change_unit", "spreads", "limit_spreads", "sentence",
    ),
    "anomaly": ("recording_id", "score", "is_anomaly", "severity"),
    "faults": ("recording_id", "predicted", "probability", "conformal_set"),
    "forecast": ("recording_id", "probability"),
    "maintenance": ("motor_id", "start", "end", "kind"),
}  # fmt: skip


@dataclass(frozen=True)
class HealthInputs:
    """Tables that health is judged by; all but the catalogue may be missing.

    Attributes
    ----------
    catalogue : DataFrame
        Table ``recordings``.
    states, diagnoses, changes, maintenance : DataFrame or None
        Tables ``recording_states``, ``diagnoses``, ``baseline_changes``, ``maintenance``.
    anomaly : DataFrame or None
        Rows of ``anomaly_scores`` of one method, set and split: one a recording.
    faults : DataFrame or None
        Rows of ``fault_predictions`` of one model and split: one a recording. ``severity_value`` is used where there.
    forecast : DataFrame or None
        Columns recording_id and probability, that a threshold is crossed within the horizon.
    defects : dict of Defect
        The catalogue of defects; that of the package unless given.

    Raises
    ------
    ValueError
        A column is missing, or a recording stands twice where it may stand once, or is not in the catalogue.
    """

    catalogue: pd.DataFrame
    states: pd.DataFrame | None = None
    diagnoses: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None
    anomaly: pd.DataFrame | None = None
    faults: pd.DataFrame | None = None
    forecast: pd.DataFrame | None = None
    maintenance: pd.DataFrame | None = None
    defects: Mapping[str, Defect] = field(default_factory=read_defects)

    def __post_init__(self) -> None:
        known = set(self.catalogue["recording_id"]) if "recording_id" in self.catalogue else set()
        for name, needed in _NEEDED.items():
            table = getattr(self, name)
            if table is None:
                continue
            if missing := [column for column in needed if column not in table]:
                raise ValueError(f"the table for {name} lacks column {missing[0]!r}; give {', '.join(needed)}")
            if name == "maintenance":
                continue
            keys = ["recording_id", "fault"] if "fault" in needed else ["recording_id"]
            if (twice := table.duplicated(keys)).any():
                raise ValueError(
                    f"the table for {name} has recording {table.loc[twice, 'recording_id'].iloc[0]} more than once; "
                    "keep the rows of one model, method and split"
                )
            if strangers := sorted(set(table["recording_id"]) - known):
                raise ValueError(
                    f"the table for {name} has recording {strangers[0]}, which the catalogue lacks; run the stages "
                    "from `load` on"
                )

    @property
    def asked(self) -> tuple[str, ...]:
        """Parts that count as asked for."""
        return ALWAYS if self.forecast is None else PARTS


def answers_of(inputs: HealthInputs, settings: HealthSettings) -> pd.DataFrame:
    """Every answer of every recording.

    Returns
    -------
    DataFrame
        Columns :data:`ANSWERS`; ``risk`` is NaN where the question could not be answered, and always of a recording
        that cannot carry a diagnosis: such a recording says nothing, least of all that something is wrong.
    """
    made = {
        "diagnosis": (inputs.diagnoses, _diagnosis), "change": (inputs.changes, _change),
        "anomaly": (inputs.anomaly, _anomaly), "fault_model": (inputs.faults, _fault_model),
        "forecast": (inputs.forecast, _forecast),
    }  # fmt: skip
    parts = [
        make(table, settings).assign(part=part)
        for part, (table, make) in made.items()
        if table is not None and len(table)
    ]
    if not parts:
        empty = {name: pd.Series(dtype="float64" if name in ("value", "risk") else "str") for name in ANSWERS}
        return pd.DataFrame(empty)
    found = pd.concat(parts, ignore_index=True)
    is_unusable = inputs.catalogue["acquisition"] == QualityVerdict.UNUSABLE
    found.loc[found["recording_id"].isin(inputs.catalogue.loc[is_unusable, "recording_id"]), "risk"] = np.nan
    return found[list(ANSWERS)]


def _diagnosis(table: pd.DataFrame, settings: HealthSettings) -> pd.DataFrame:
    """Severity by the ladder of its unit; of a fault without one, whether it is supported."""
    of_faults = table[table["kind"] == "fault"].reset_index(drop=True)
    ladders = {"broken bars": settings.ladders.broken_bars, "dB of the rated current": settings.ladders.shaft_db}
    value, unit = of_faults["severity_value"].to_numpy(float), of_faults["severity_unit"].to_numpy(str)
    risk = weighed(_by(ladders, unit, value), of_faults["verdict"], settings.unmeasured_risk)
    return _answers(
        of_faults,
        value,
        unit,
        risk,
        of_faults["verdict"],
        of_faults["sentence"].to_numpy(),
        of_faults["competing"].to_numpy(),
        is_asked_by_fault=True,
    )


def _change(table: pd.DataFrame, settings: HealthSettings) -> pd.DataFrame:
    """Rise since the baseline by the ladder of its fault; a fall is no fault, nor is what may be chance."""
    ladders = {
        "broken_bar": settings.ladders.broken_bars, "eccentricity": settings.ladders.shaft_rise_db,
        "stator_short": settings.ladders.unbalance_rise_pct,
    }  # fmt: skip
    value, unit = table["change"].to_numpy(float), table["change_unit"].to_numpy(str)
    risk = weighed(_by(ladders, table["fault"].to_numpy(str), value), table["verdict"], settings.unmeasured_risk)
    is_chance = ~(table["spreads"] > table["limit_spreads"]) & (table["verdict"] == Verdict.CANNOT_DECIDE)
    risk = np.where(is_chance, np.nan, risk)
    return _answers(table, value, unit, risk, table["verdict"], table["sentence"].to_numpy(), is_asked_by_fault=True)


def _anomaly(table: pd.DataFrame, settings: HealthSettings) -> pd.DataFrame:
    """Score over threshold. It names no fault, so it never asks for more than a plan."""
    value = table["severity"].to_numpy(float)
    is_scored = np.isfinite(table["score"].to_numpy(float))
    flagged = table["is_anomaly"].to_numpy(bool)
    verdict = np.where(flagged, str(Verdict.SUPPORTED), str(Verdict.NOT_SUPPORTED))
    risk = weighed(settings.ladders.anomaly.risk(value), verdict, FROM["watch"])
    risk = np.where(is_scored, np.minimum(risk, MOST["plan"]), np.nan)
    told = [
        f"The recording lies {size:.1f} times as far from what is usual as the threshold of an alarm."
        if np.isfinite(size)
        else "The recording is strange."
        for size in value
    ]
    return _answers(table.assign(fault=""), value, "times the way to the threshold", risk, verdict, told)


def _fault_model(table: pd.DataFrame, settings: HealthSettings) -> pd.DataFrame:
    """Probability of a fault and its severity, whichever asks for less, as far as the conformal set allows.

    A set without "healthy" supports the fault that is most probable; the set of "healthy" alone denies it; every other
    set leaves it open, and so does one that contradicts the most probable condition. Where "healthy" is the
    more probable, an open set is no reason to watch.
    """
    predicted = table["predicted"].to_numpy(str)
    stated = table["probability"].to_numpy(float)
    value = np.where(predicted == _HEALTHY, 1 - stated, stated)
    members = [set(text.split(", ")) if text else set() for text in table["conformal_set"]]
    is_fault = predicted != _HEALTHY
    supported = is_fault & np.array([bool(s) and _HEALTHY not in s for s in members], dtype=bool)
    denied = ~is_fault & np.array([s == {_HEALTHY} for s in members], dtype=bool)
    answers = [str(Verdict.SUPPORTED), str(Verdict.NOT_SUPPORTED)]
    verdict = np.select([supported, denied], answers, default=str(Verdict.CANNOT_DECIDE))
    severity = table["severity_value"].to_numpy(float) if "severity_value" in table else np.full(len(table), np.nan)
    by_severity = settings.ladders.fault_severity.risk(severity)
    most = np.where(np.isnan(by_severity), MOST["plan"], by_severity)
    risk = weighed(np.minimum(settings.ladders.fault_probability.risk(value), most), verdict, settings.unmeasured_risk)
    is_doubted = is_fault | (value > 0.5)
    risk = np.where(is_doubted, risk, np.minimum(risk, MOST["good"]))
    risk = np.where((predicted == "") | np.isnan(value), np.nan, risk)
    told = [_model_words(*row) for row in zip(predicted, value, severity, strict=True)]
    faults = table.assign(fault=np.where(is_fault, predicted, ""))
    return _answers(faults, value, "probability", risk, verdict, told)


def _model_words(predicted: str, probability: float, severity: float) -> str:
    if predicted == _HEALTHY:
        return f"The model of faults gives a fault a probability of {probability:.2f} and names none."
    size = f" and a severity of {severity:.2f} of 1" if np.isfinite(severity) else ""
    return f"The model of faults sees {predicted.replace('_', ' ')} with a probability of {probability:.2f}{size}."


def _forecast(table: pd.DataFrame, settings: HealthSettings) -> pd.DataFrame:
    """Probability that a threshold is crossed; what is to come is planned, not acted on."""
    value = table["probability"].to_numpy(float)
    risk = np.minimum(settings.ladders.crossing_probability.risk(value), MOST["plan"])
    told = [f"A threshold will be crossed with a probability of {share:.2f}." for share in value]
    verdict = np.where(risk >= FROM["watch"], str(Verdict.SUPPORTED), str(Verdict.NOT_SUPPORTED))
    return _answers(table.assign(fault=""), value, "probability", risk, verdict, told)


def _by(ladders: Mapping[str, Ladder], keys: NDArray[np.str_], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Risk by the ladder of each key; NaN where there is none."""
    risk = np.full(len(value), np.nan)
    for key, ladder in ladders.items():
        own = keys == key
        risk[own] = ladder.risk(value[own])
    return risk


def _answers(
    table: pd.DataFrame, value: NDArray[np.float64], unit: object, risk: NDArray[np.float64], verdict: object,
    told: object, competing: object = "", *, is_asked_by_fault: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Answers as a table; the question is the fault where each fault is asked for by itself."""
    fault = table["fault"].to_numpy(str)
    return pd.DataFrame(
        {
            "recording_id": table["recording_id"].to_numpy(), "question": fault if is_asked_by_fault else "",
            "fault": fault, "verdict": np.asarray(verdict, dtype=str), "value": value, "unit": unit, "risk": risk,
            "told": told, "competing": competing,
        }
    )  # fmt: skip
