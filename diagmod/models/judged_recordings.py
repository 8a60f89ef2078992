"""Recordings with what a model said of them and what is known of them: the rows behind figures of use.

Rates of false alarms, delays, smallest severities and strata all rest on one table: a row a recording, model and split,
with flag, score, label, severity, motor, time, load and quality. It is made here, once, and checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Columns that a model gives, and those that the catalogue adds.
SAID = ("split", "model", "recording_id", "score", "is_flagged")
KNOWN = (
    "motor_id", "split_group", "condition", "severity", "load_pct", "started_at", "acquisition", "quality",
)  # fmt: skip

#: Label of a machine without a fault.
HEALTHY = "healthy"


def judged_recordings(said: pd.DataFrame, catalogue: pd.DataFrame) -> pd.DataFrame:
    """What models said of recordings, with what the catalogue knows of these.

    Parameters
    ----------
    said : DataFrame
        Columns :data:`SAID`, a row a split, model and recording; ``score`` is NaN where a model ranks nothing.
    catalogue : DataFrame
        Table ``recordings``.

    Returns
    -------
    DataFrame
        Columns :data:`SAID` and :data:`KNOWN`, in the order of ``said``. Recordings without a label stay, with an
        empty condition: they have no truth, but a place on the timeline.

    Raises
    ------
    ValueError
        A column is missing, a recording is not in the catalogue, or a model judges a recording twice in a split.
    """
    if missing := [name for name in SAID if name not in said]:
        raise ValueError(f"what models said lacks column {missing[0]!r}; give {', '.join(SAID)}")
    if strangers := sorted(set(said["recording_id"]) - set(catalogue["recording_id"])):
        raise ValueError(f"recording {strangers[0]} was judged and is not in the catalogue; run the stages from `load`")
    if (twice := said.duplicated(["split", "model", "recording_id"])).any():
        row = said[twice].iloc[0]
        raise ValueError(
            f"model {row['model']} judges recording {row['recording_id']} twice in split {row['split']}; "
            "keep one row a recording"
        )
    return said[list(SAID)].merge(catalogue[["recording_id", *KNOWN]], on="recording_id", how="left")


def cases(judged: pd.DataFrame) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    """Rows of every split and model, with what tells them from others."""
    for (split, model), part in judged.groupby(["split", "model"], sort=True, observed=True):
        yield {"split": split, "model": model}, part.reset_index(drop=True)
