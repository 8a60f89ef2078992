"""Two recordings to look at side by side: one of a healthy machine, one of a faulty, as alike otherwise as there are.

Whoever reads the chapter on features wants to see what a group shows before trusting its numbers. The pair is chosen
by labels, verdicts and load, never by how well a feature tells the two apart. A data set without labels, or with one
condition only, has one recording to show, and a sentence says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagmod.core.diagnosis import diagnose
from diagmod.core.examination import Examination, examine
from diagmod.core.features import features_at
from diagmod.core.modulation import PRESENT_DB
from diagmod.core.motor import Motor
from diagmod.core.preparation import PreparationSettings, prepare_for_features
from diagmod.core.recording import PHASES
from diagmod.core.signature_features import LINES
from diagmod.core.verdicts import Verdict
from diagmod.io.diagnosis_tables import DiagnosisTables
from diagmod.io.feature_tables import FeatureTables
from diagmod.io.retention import Originals, recordings_of, waveform_of
from diagmod.io.store import Store
from diagmod.io.waveforms import read_waveform

#: Label of a machine without a fault.
HEALTHY = "healthy"

#: Distance of two medians, in spreads of the segments, from which a feature is said to tell two recordings apart.
CLEAR_SPREADS = 3.0


@dataclass(frozen=True)
class Example:
    """One recording with all that is drawn of it.

    Attributes
    ----------
    recording_id, file, condition : str
    fs : float
        Sampling rate in Hz.
    currents : ndarray, shape (3, n)
        Its longest part without a gap.
    seen : Examination
        Its signals and spectra, each computed when it is asked for.
    """

    recording_id: str
    file: str
    condition: str
    fs: float
    currents: NDArray[np.floating]
    seen: Examination


@dataclass(frozen=True)
class ExamplePair:
    """The recordings that are shown, the healthy one first, and in words why these."""

    examples: tuple[Example, ...]
    words: str


def choose_pair(catalogue: pd.DataFrame, diagnosed: DiagnosisTables) -> tuple[list[str], str]:
    """Recordings worth comparing, the healthy one first, and why these.

    The faulty one is labelled so, fit for a diagnosis and complete, at least half as severe as the worst, and its
    diagnosis supports a fault, as far as there are such. Of all pairs with a healthy one, that of the same motor and
    rate, the most similar current and load is taken.

    Parameters
    ----------
    catalogue : DataFrame
        Table ``recordings``.
    diagnosed : DiagnosisTables
        Of the same recordings.

    Returns
    -------
    list of str
        One or two ``recording_id``; empty for an empty catalogue.
    str
    """
    if catalogue.empty:
        return [], "there is no recording"
    verdicts = diagnosed.diagnoses
    is_fault = (verdicts["kind"] == "fault") & (verdicts["verdict"] == Verdict.SUPPORTED)
    shown = set(verdicts.loc[is_fault, "recording_id"])
    fit = _preferred(catalogue, (catalogue["acquisition"] != "unusable") & (catalogue["phases"].str.len() == 3))
    healthy, faulty = fit[fit["condition"] == HEALTHY], fit[~fit["condition"].isin([HEALTHY, ""])]
    if faulty.empty or healthy.empty:
        lack = "faulty" if faulty.empty else HEALTHY
        alone = (fit if faulty.empty else faulty).sort_values("recording_id").iloc[0]
        return [alone["recording_id"]], f"{alone['file']} alone: no recording fit to be compared is labelled {lack}"
    faulty = _preferred(faulty, faulty["recording_id"].isin(shown))
    faulty = _preferred(faulty, faulty["severity"] >= faulty["severity"].max() / 2)
    away = healthy.merge(faulty, how="cross", suffixes=("", "_2"))
    current = [np.log(away[[f"rms_{p}{which}" for p in PHASES]].mean(axis=1)) for which in ("", "_2")]
    away["distance"] = (
        (away["motor_id"] != away["motor_id_2"]) * 0.5
        + (away["fs_hz"] != away["fs_hz_2"]) * 1.0
        + (current[0] - current[1]).abs().fillna(10.0)
        + (away["load_pct"] - away["load_pct_2"]).abs().fillna(0.0) / 100
    )
    best = away.sort_values(["distance", "recording_id", "recording_id_2"]).iloc[0]
    words = (
        f"{best['file']} ({HEALTHY}, motor {best['motor_id']}) beside {best['file_2']} "
        f"({best['condition_2'].replace('_', ' ')}, motor {best['motor_id_2']}); what differs between them may be the "
        "fault, the motor or its load"
    )
    return [best["recording_id"], best["recording_id_2"]], words


def _preferred(rows: pd.DataFrame, wanted: pd.Series) -> pd.DataFrame:
    """Rows that are wanted, or all where none is."""
    return rows[wanted] if wanted.any() else rows


def read_pair(
    catalogue: pd.DataFrame,
    diagnosed: DiagnosisTables,
    motors: Mapping[str, Motor],
    waveforms: Path,
    store: Store,
    preparation: PreparationSettings,
    line_band_hz: tuple[float, float],
    originals: Originals | None = None,
) -> ExamplePair:
    """The recordings of :func:`choose_pair`, read, prepared and examined."""
    chosen, words = choose_pair(catalogue, diagnosed)
    rows = {row["recording_id"]: row for row in recordings_of(catalogue, "fs_hz", "unit", "load_pct", "condition")}
    examples = []
    for row in (rows[recording_id] for recording_id in chosen):
        with waveform_of(row, waveforms, store, originals) as source:
            currents = read_waveform(source)
        fs, motor = float(row["fs_hz"]), motors[str(row["motor_id"])]
        load = row["load_pct"] / 100 if np.isfinite(row["load_pct"]) else None
        diagnosis = diagnose(
            currents, fs, motor, load_share=load, unit_is_ampere=row["unit"] == "A", line_band_hz=line_band_hz
        )
        seen = examine(currents, fs, motor, diagnosis, line_band_hz=line_band_hz)
        part = prepare_for_features(currents, fs, preparation).stretch
        examples.append(Example(row["recording_id"], row["file"], row["condition"], fs, part, seen))
    return ExamplePair(tuple(examples), words)


def contrast(tables: FeatureTables, pair: ExamplePair, group: str) -> pd.DataFrame:
    """How far the scale-free features of a group differ between the two recordings, the clearest first.

    What is in ampere tells of the size of the motor, and is left out.

    Returns
    -------
    DataFrame
        Columns feature, unit, the median over the segments of each recording (``first``, ``second``), and ``spreads``:
        their distance over the mean standard deviation within a recording. Of one recording only its medians.
    """
    features = [feature for feature in features_at("segment", (group,)) if feature.is_scale_free]
    ids = [example.recording_id for example in pair.examples]
    parts = [tables.segments.loc[tables.segments["recording_id"] == i, [f.name for f in features]] for i in ids]
    medians = [part.median() for part in parts]
    table = pd.DataFrame({"feature": [f.name for f in features], "unit": [f.unit for f in features]})
    if not parts:
        return table.assign(first=np.nan, second=np.nan, spreads=np.nan).iloc[:0]
    table["first"] = medians[0].to_numpy()
    table["second"] = medians[-1].to_numpy() if len(parts) > 1 else np.nan
    spread = sum(part.std(ddof=1).to_numpy(dtype=float) for part in parts) / len(parts)
    far = (table["second"] - table["first"]).abs().to_numpy(dtype=float)
    table["spreads"] = np.divide(far, spread, out=np.full(len(far), np.nan), where=spread > 0)
    return table.sort_values(["spreads", "feature"], ascending=[False, True], ignore_index=True)


def contrast_in_words(table: pd.DataFrame, pair: ExamplePair, group: str) -> str:
    """What the comparison of a group says, in one sentence."""
    defined = table[table[["first", "second"]].notna().any(axis=1)]
    if defined.empty:
        return f"The group {group} is switched off, or undefined in what is shown."
    n, by = len(defined), f"differ by {CLEAR_SPREADS:g} spreads of their segments or more"
    if len(pair.examples) < 2:
        return f"We see {n} scale-free figures of the group {group}; no second recording is there to hold them against."
    clear = defined[defined["spreads"] >= CLEAR_SPREADS]
    if clear.empty:
        return f"We see none of {n} scale-free figures {by}."
    top = clear.iloc[0]
    unit = "" if top["unit"] == "1" else f" {top['unit']}"
    return (
        f"We see {len(clear)} of {n} scale-free figures {by}; most of all {top['feature']}, {top['first']:.4g}{unit} "
        f"in the healthy and {top['second']:.4g}{unit} in the faulty recording."
    )


def signatures_in_words(tables: FeatureTables, pair: ExamplePair) -> str:
    """How many lines of faults stand out in each of the recordings shown, in one sentence."""
    rows = tables.recordings.set_index("recording_id")
    names = [line.stem for line in LINES if line.fault != "slot_harmonics"]
    said = []
    for example in pair.examples:
        heights = rows.loc[example.recording_id, [f"{name}_prominence_db" for name in names]].to_numpy(dtype=float)
        if not np.isfinite(heights).any():
            said.append(f"no line of {example.file}, whose slip is not known")
            continue
        top = int(np.nanargmax(heights))
        level = float(rows[f"{names[top]}_dbc"][example.recording_id])
        said.append(
            f"{int((heights >= PRESENT_DB).sum())} of {int(np.isfinite(heights).sum())} lines stand out by "
            f"{PRESENT_DB:g} dB in {example.file}, the highest over its floor {names[top]} at {level:.0f} dBc"
        )
    return f"We see {'; '.join(said)}." if said else "There is no recording to show."
