"""One recording of the page "Anomaly detection": everything that the results say of it, read by its id alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from diagmod.io.results import Results
from diagmod.models.physical_figures import FIGURES
from diagmod.models.split_plans import GROUP_OUT
from diagmod.views.pages.anomaly_methods import COUNTS, Method, kept_or_empty
from diagmod.views.pages.anomaly_rows import VERDICTS, fault_model

#: Fault that a figure speaks of, by the figure's name.
FAULT_OF = {figure.name: figure.fault for figure in FIGURES if figure.fault}

_SCORES = ["level", "detector", "baseline", "is_recommended", "score", "threshold", "is_anomaly", "severity"]


@dataclass(frozen=True)
class RecordingFacts:
    """What is known of one recording.

    Attributes
    ----------
    row : mapping
        Row of :meth:`diagmod.views.pages.anomaly_rows.AnomalyRows.of_method`.
    methods : DataFrame
        Score, threshold, severity and verdict by every method, with its ``label``.
    segments : DataFrame
        segment, start_s, length_s, score, threshold, severity, verdict.
    drivers, diagnoses, changes : DataFrame
        Its rows of ``anomaly_drivers``, ``diagnoses`` and ``baseline_changes``.
    said, health, state : mapping
        Its row of ``fault_predictions`` (recommended model), ``health`` and ``recording_states``; empty for none.
    """

    row: Mapping[Any, Any]
    methods: pd.DataFrame
    segments: pd.DataFrame
    drivers: pd.DataFrame
    diagnoses: pd.DataFrame
    changes: pd.DataFrame
    said: Mapping[Any, Any]
    health: Mapping[Any, Any]
    state: Mapping[Any, Any]

    @classmethod
    def read(cls, results: Results, row: Mapping[Any, Any], method: Method) -> RecordingFacts:
        """Read what there is; a table that cannot be read counts as saying nothing."""
        one = {"recording_id": str(row["recording_id"])}

        def own(name: str, columns: list[str], **more: str | bool | int) -> pd.DataFrame:
            return kept_or_empty(results, name, columns, **one, **more)

        drivers = own("anomaly_drivers", ["rank", "figure", "share", "spreads", "meaning", "lines"])
        said = own(
            "fault_predictions", ["answer", "probability", "conformal_set", "sentence"],
            model=fault_model(results.root), split=GROUP_OUT,
        )  # fmt: skip
        return cls(
            row,
            _by_method(results, one),
            _segments(results, one, method),
            drivers.sort_values("rank", ignore_index=True),
            own("diagnoses", ["fault", "kind", "verdict", "sentence", "competing"]),
            own("baseline_changes", ["fault", "verdict", "sentence"]),
            _first(said),
            _first(own("health", ["grade", "governing_part", "sentence", *_FAULT_COLUMNS])),
            _first(own("recording_states", ["acquisition", "acquisition_reasons", "advice"])),
        )

    @property
    def cannot_tell(self) -> bool:
        """Whether the recording has no score."""
        return self.row["verdict"] == "cannot tell"

    @property
    def suspected(self) -> str:
        """The fault that its results speak of: a supported verdict, else the leading driver; empty for none."""
        supported = self.diagnoses[(self.diagnoses["verdict"] == "supported") & (self.diagnoses["kind"] == "fault")]
        if len(supported):
            return str(supported["fault"].iloc[0])
        named = [FAULT_OF[figure] for figure in self.drivers["figure"].head(1) if figure in FAULT_OF]
        return named[0] if named and self.row["verdict"] == "anomaly" else ""

    @property
    def governing_fault(self) -> str:
        """Fault that the governing part of its health speaks of; that which is suspected where there is none."""
        part = str(self.health.get("governing_part", ""))
        return str(self.health.get(f"{part}_fault", "") or self.suspected)


_FAULT_COLUMNS = [f"{part}_fault" for part in ("diagnosis", "change", "anomaly", "fault_model", "forecast")]


def verdict_names(scores: pd.DataFrame) -> list[str]:
    """What every score says, of :data:`diagmod.views.pages.anomaly_rows.VERDICTS`."""
    finite = np.isfinite(scores["severity"].to_numpy(float))
    return [VERDICTS[2] if not ok else VERDICTS[0 if bad else 1]
            for ok, bad in zip(finite, scores["is_anomaly"], strict=True)]  # fmt: skip


def _by_method(results: Results, one: dict[str, str]) -> pd.DataFrame:
    parts = [
        kept_or_empty(results, "anomaly_scores", _SCORES, **one, **COUNTS, level="recording"),
        kept_or_empty(
            results, "anomaly_scores", _SCORES, **one, **COUNTS, level="strangest_segments", is_recommended=True
        ),
    ]
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    found = found.sort_values(["is_recommended", "level"], ascending=[False, True], kind="stable", ignore_index=True)
    baseline = str(found["baseline"].iloc[0]) if len(found) else ""
    labels = [Method(*row).short(baseline) for row in found[_SCORES[:4]].itertuples(index=False, name=None)]
    return found.assign(label=labels, verdict=verdict_names(found))


def _segments(results: Results, one: dict[str, str], method: Method) -> pd.DataFrame:
    """Segments by the chosen method where it judges segments, else by the recommended one."""
    columns = ["segment", "score", "threshold", "is_anomaly", "severity"]
    own = kept_or_empty(results, "anomaly_scores", columns, **one, **method.rows("segment"))
    if own.empty:
        own = kept_or_empty(
            results, "anomaly_scores", columns, **one, **COUNTS, level="segment", is_recommended=True
        )  # fmt: skip
    times = kept_or_empty(results, "segments", ["segment", "start_s", "length_s"], **one)
    found = own.merge(times, on="segment").sort_values("segment", ignore_index=True)
    return found.assign(verdict=verdict_names(found))


def _first(table: pd.DataFrame) -> dict[Any, Any]:
    return table.iloc[0].to_dict() if len(table) else {}
