"""Signatures as columns: the rows that a diagnosis left, turned into one row a recording.

Nothing is measured here. A line that a recording cannot have, or whose place is not known, is missing in all its
columns.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from diagmod.core.signature_features import FEATURES, LINES
from diagmod.io.diagnosis_tables import DiagnosisTables

#: Columns of the table ``recording_states`` under their own names.
_OF_STATE = ("supply_hz", "slip", "load_share", "floor_dbc", "line_drift_hz", "load_range_pct")

#: Ending of a line's column and the stored column that fills it.
_OF_LINE = {"dbc": "height", "floor_dbc": "floor", "prominence_db": "prominence_db", "resolved": "resolved"}

_LOAD, _ANGLE, _BARS = "load_oscillation", "angle of both lines", "broken bars"


def signature_columns(diagnosed: DiagnosisTables) -> pd.DataFrame:
    """Columns of the group ``signatures``, a row a recording, index ``recording_id``.

    Parameters
    ----------
    diagnosed : DiagnosisTables
        Diagnoses of the same recordings.

    Returns
    -------
    DataFrame
        Exactly the columns of :data:`diagmod.core.signature_features.FEATURES`.
    """
    states = diagnosed.states.set_index("recording_id")
    evidence, verdicts = diagnosed.evidence, diagnosed.diagnoses
    found = {name: states[name] for name in _OF_STATE}
    found["slip_width"] = states["slip_high"] - states["slip_low"]
    bars = verdicts[(verdicts["fault"] == "broken_bar") & (verdicts["severity_unit"] == _BARS)]
    found["broken_bars"] = bars.set_index("recording_id")["severity_value"]
    found["bar_angle_deg"] = evidence[evidence["line"] == _ANGLE].set_index("recording_id")["height"]
    load = _load_lines(evidence, states["supply_hz"])
    found["pulsation_hz"] = load.groupby("recording_id")["distance_hz"].first()
    lines = pd.concat([_known_lines(diagnosed.signatures), load])
    for stem, rows in lines.groupby("stem"):
        own = rows.set_index("recording_id")
        found |= {f"{stem}_{ending}": own[column] for ending, column in _OF_LINE.items()}
    table = pd.DataFrame(found, index=states.index, columns=[f.name for f in FEATURES])
    return table.astype(np.float64)


def _known_lines(signatures: pd.DataFrame) -> pd.DataFrame:
    """Lines that were read and have columns, with the stem of their names."""
    stems = {(line.fault, line.line): line.stem for line in LINES}
    keys = pd.Series(
        list(zip(signatures["fault"], signatures["line"], strict=True)), index=signatures.index, dtype=object
    )
    known = signatures.assign(stem=keys.map(stems))
    known = known[known["stem"].notna() & known["at_hz"].notna()]
    return known.assign(resolved=(known["is_resolved"] & (known["coincides_with"] == "")).astype(np.float64))


def _load_lines(evidence: pd.DataFrame, supply_hz: pd.Series) -> pd.DataFrame:
    """Lines of a pulsating load, whose place is found and not expected; the one below the supply comes first."""
    lines = evidence[(evidence["fault"] == _LOAD) & evidence["at_hz"].notna()]
    is_upper = lines["line"].str.startswith("f+")
    return lines.assign(
        stem=np.where(is_upper, "pulsation_upper", "pulsation_lower"),
        distance_hz=np.abs(lines["at_hz"].to_numpy() - supply_hz.reindex(lines["recording_id"]).to_numpy()),
        resolved=lines["is_resolved"].astype(np.float64),
    )
