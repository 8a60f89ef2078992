"""What manifest and file state of a recording, held against each other: input of the rules of validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from diagmod.core.quality import Stated
from diagmod.io.dataset_files import Dataset
from diagmod.io.defect_catalogue import Defect, unknown_conditions
from diagmod.io.ingested import Ingested
from diagmod.io.manifest_rows import RATE_UNKNOWN, TIME_UNKNOWN, start_time
from diagmod.io.reading_settings import in_manifest_words

#: Difference between two statements of a start from which it is noted: people write minutes.
START_SLACK = timedelta(minutes=1)

_UTC = "%Y-%m-%dT%H:%M:%SZ"


def unknown_facts(dataset: Dataset, row: Mapping[str, str], ingested: Ingested) -> str:
    """What neither the manifest nor the file says, in one sentence; empty where all is known."""
    rates, unknown = ingested.rates, []
    if rates.fs is None:
        unknown.append(f"{RATE_UNKNOWN}{rates.hint}")
    if rates.stated is None and rates.n_back:
        unknown.append(f"its time stamps fall back {rates.n_back} times, so that the rate is not known; give fs_hz")
    if not row["started_at"] and not ingested.started_at and dataset.times != "none":
        unknown.append(TIME_UNKNOWN)
    return "; ".join(unknown)


def stated_facts(defects: Mapping[str, Defect], row: Mapping[str, str], ingested: Ingested) -> Stated:
    """What the rules of validation hold the samples of one file against.

    Parameters
    ----------
    defects : mapping of Defect
        The catalogue, which knows the conditions.
    row : mapping of str
        Row of the manifest.
    ingested : Ingested
    """
    rates = ingested.rates
    is_rising = not rates.n_back
    notes = [*ingested.notes, *replace(rates, of_stamps=None).contradictions(), *_other_start(row, ingested)]
    if not is_rising:
        notes.append(f"{rates.stamps_label} falls back {rates.n_back} times and was not used")
    return Stated(
        duration_s=float(row["duration_s"]) if row["duration_s"] else None,
        fs_hz=rates.stated,
        fs_from=_who_states_rate(row, ingested),
        stamps_fs_hz=rates.of_stamps if is_rising else None,
        stamps_jitter_s=rates.jitter_s,
        stamps_gap_s=rates.gap_s,
        n_stamps_gaps=rates.n_gaps,
        unit_conflict=ingested.unit_conflict,
        n_rows_left_out=ingested.n_left_out,
        notes=tuple(in_manifest_words(note) for note in notes),
        unknown_condition=unknown_conditions([row["condition"]], defects).partition(": add")[0],
    )


def _who_states_rate(row: Mapping[str, str], ingested: Ingested) -> str:
    if ingested.rates.declared is None:
        return "the file itself"
    return "recordings.csv" if row["fs_hz"] else "dataset.yaml"


def _other_start(row: Mapping[str, str], ingested: Ingested) -> list[str]:
    """A sentence where the file states another start than the manifest, which goes before it."""
    stated = start_time(row["started_at"]) if row["started_at"] else None
    own = start_time(ingested.started_at) if ingested.started_at else None
    if stated is None or own is None or abs(stated - own) <= START_SLACK:
        return []
    return [f"recordings.csv says that it started at {stated:{_UTC}}, but the file itself says {own:{_UTC}}"]
