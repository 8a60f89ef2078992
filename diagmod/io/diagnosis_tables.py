"""The diagnosis of every recording of a data set, as tables.

A recording is one piece of work, kept in the store under what names its waveform, its nameplate, its load as
declared and the parameters: what is stored depends on nothing else, least of all on other recordings.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagmod.core.diagnosis import diagnose
from diagmod.core.verdicts import QualityVerdict, Verdict
from diagmod.io.diagnosis_rows import rows_of, rows_of_refusal
from diagmod.io.executor import run_all
from diagmod.io.retention import Originals, recordings_of, waveform_identity, waveform_of
from diagmod.io.schemas import DIAGNOSES, EVIDENCE, RECORDING_STATES, SIGNATURES
from diagmod.io.tables import conform, empty_table, write_table
from diagmod.io.waveforms import read_waveform

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from diagmod.core.motor import Motor
    from diagmod.io.store import Store

_PARTS = {"diagnoses": DIAGNOSES, "evidence": EVIDENCE, "states": RECORDING_STATES, "signatures": SIGNATURES}

_ROWS = "rows.json"

#: What of a nameplate cannot change a diagnosis.
_NAMES = ("motor_id", "name", "type", "status")


@dataclass(frozen=True)
class DiagnosisTables:
    """Tables ``diagnoses``, ``evidence``, ``recording_states`` and ``signatures``."""

    diagnoses: pd.DataFrame
    evidence: pd.DataFrame
    states: pd.DataFrame
    signatures: pd.DataFrame

    def in_words(self) -> str:
        """What the recordings say, in one sentence."""
        faults = self.diagnoses[self.diagnoses["kind"] == "fault"]
        is_shown = faults["verdict"] == Verdict.SUPPORTED
        shown, unusable = set(faults.loc[is_shown, "recording_id"]), self._unusable()
        open_ones = set(faults.loc[faults["verdict"] == Verdict.CANNOT_DECIDE, "recording_id"]) - shown - unusable
        n = len(self.states)
        return (
            f"We see {n} recordings: {len(shown)} speak for at least one fault of the machine, "
            f"{n - len(shown | open_ones | unusable)} for none, {len(open_ones)} for none but leave some fault open, "
            f"and {len(unusable - shown)} cannot carry a diagnosis."
        )

    def counts(self) -> pd.DataFrame:
        """Recordings by verdict: columns fault, kind, supported, not_supported, cannot_decide."""
        order = self.diagnoses[["fault", "kind"]].drop_duplicates()
        counted = pd.crosstab(self.diagnoses["fault"], self.diagnoses["verdict"])
        counted = counted.reindex(columns=[str(v) for v in Verdict], fill_value=0).reset_index()
        return order.merge(counted, on="fault", how="left").rename_axis(columns=None)

    def example(self) -> str:
        """A recording worth showing: the first that speaks for a fault, else the first; empty where there is none."""
        is_fault = (self.diagnoses["kind"] == "fault") & (self.diagnoses["verdict"] == Verdict.SUPPORTED)
        found = [*self.diagnoses.loc[is_fault, "recording_id"], *self.states["recording_id"]]
        return str(found[0]) if found else ""

    def of(self, recording_id: str) -> DiagnosisTables:
        """The rows of one recording."""
        parts = {name: getattr(self, name) for name in _PARTS}
        return DiagnosisTables(**{name: part[part["recording_id"] == recording_id] for name, part in parts.items()})

    def account(self, catalogue: pd.DataFrame) -> str:
        """What one recording says, a line each for the whole, its state and what to change; of the tables by `of`."""
        if self.states.empty:
            return "There is no recording to show."
        state = self.states.iloc[0]
        file = catalogue.loc[catalogue["recording_id"] == state["recording_id"], "file"].item()
        slip = f"slip {state['slip']:.4f}" if np.isfinite(state["slip"]) else f"slip unknown ({state['slip_reason']})"
        supply = f"supply {state['supply_hz']:.3f} Hz, {slip}" if np.isfinite(state["supply_hz"]) else "no supply line"
        limits = f": {state['acquisition_reasons']}" if state["acquisition_reasons"] else ""
        lines = [f"{file}: {state['sentence']}", f"Acquisition {state['acquisition']}{limits}; {supply}."]
        return "\n\n".join([*lines, state["advice"]]).strip()

    def _unusable(self) -> set[str]:
        return set(self.states.loc[self.states["acquisition"] == QualityVerdict.UNUSABLE, "recording_id"])


def compute_diagnoses(
    catalogue: pd.DataFrame,
    motors: Mapping[str, Motor],
    waveforms: Path,
    line_band_hz: tuple[float, float],
    store: Store,
    jobs: int,
    originals: Originals | None = None,
) -> DiagnosisTables:
    """Diagnose every recording of a catalogue.

    Parameters
    ----------
    catalogue : DataFrame
        Table ``recordings``.
    motors : mapping
        Nameplates by motor.
    waveforms : Path
        Folder with one Parquet file a recording.
    line_band_hz : (float, float)
        Band in which the supply frequency is searched, Hz.
    store : Store
    jobs : int
        Processes.
    originals : Originals, optional
        Where waveforms that were not kept are made again.
    """
    recordings = recordings_of(catalogue, "fs_hz", "unit", "load_pct")
    work = partial(diagnose_one, waveforms, originals, motors, line_band_hz, store)
    entries = run_all(work, recordings, jobs)
    rows: dict[str, list[dict[str, Any]]] = {part: [] for part in _PARTS}
    for entry, recording in zip(entries, recordings, strict=True):
        names = {name: recording[name] for name in ("recording_id", "motor_id")}
        for part, found in json.loads((entry / _ROWS).read_text(encoding="utf-8")).items():
            rows[part] += [{**names, **row} for row in found]
    return DiagnosisTables(
        **{
            part: conform(pd.DataFrame(rows[part]), schema) if rows[part] else empty_table(schema)
            for part, schema in _PARTS.items()
        }
    )


def write_diagnoses(tables: DiagnosisTables, folder: Path, lineage: dict[str, Any]) -> None:
    """Write the four tables into ``data/processed/features``."""
    folder.mkdir(parents=True, exist_ok=True)
    reason = "" if len(tables.states) else "there is no recording to diagnose"
    for part, schema in _PARTS.items():
        write_table(getattr(tables, part), schema, folder / f"{schema.name}.parquet", lineage, reason=reason)


def diagnose_one(
    waveforms: Path,
    originals: Originals | None,
    motors: Mapping[str, Motor],
    line_band_hz: tuple[float, float],
    store: Store,
    row: dict[str, Any],
) -> Path:
    """Folder with the rows of one recording; runs in a worker process."""
    motor = motors[str(row["motor_id"])]
    about = {
        "diagnosis_of": waveform_identity(row, waveforms),
        "fs_hz": row["fs_hz"],
        "is_ampere": row["unit"] == "A",
        "load_share": row["load_pct"] / 100 if np.isfinite(row["load_pct"]) else None,
        "line_band_hz": list(line_band_hz),
        "nameplate": {name: value for name, value in asdict(motor).items() if name not in _NAMES},
    }

    def make(draft: Path) -> None:
        with waveform_of(row, waveforms, store, originals) as source:
            _diagnose(source, motor, about, draft)

    return store.entry(about, make)


def _diagnose(source: Path, motor: Motor, about: dict[str, Any], draft: Path) -> None:
    low_hz, high_hz = about["line_band_hz"]
    try:
        diagnosis = diagnose(
            read_waveform(source), about["fs_hz"], motor, load_share=about["load_share"],
            unit_is_ampere=about["is_ampere"], line_band_hz=(low_hz, high_hz),
        )  # fmt: skip
    except ValueError as exc:
        rows = rows_of_refusal(str(exc))
    else:
        rows = rows_of(diagnosis, motor.rotor_bars)
    (draft / _ROWS).write_text(json.dumps(rows, default=float), encoding="utf-8")
