"""The published recordings of inter-turn shorts, brought by the product's own stages to the classifier of faults."""

from __future__ import annotations

from pathlib import Path

from diagmod.core.rulesets import default_rules, ruleset_from
from diagmod.io.datasets import fetch
from diagmod.io.feature_tables import FeatureSettings, compute_tables
from diagmod.io.loading import load_dataset
from diagmod.io.store import Store
from diagmod.models.fault_class_accuracy import FaultClasses, fault_classes_of_dataset
from diagmod.models.label_audit import LabelAudit, audit_of_dataset

#: Settings of params.yaml.
BAND_HZ, TRACK_WINDOW_S, OVERLAP, CHANGE_PCT, SEED = (20.0, 120.0), 0.1, 0.5, 5.0, 11


def _no_download(*_: object) -> Path:
    raise AssertionError("the measured files are here; nothing is downloaded")


def classified_shorts(realdata: Path, root: Path, window_s: float = 1.0) -> tuple[FaultClasses, LabelAudit]:
    """Fault classes of the ITSC recordings, by repetition, and the audit of their labels.

    Parameters
    ----------
    realdata : Path
        Folder with the measured sets.
    root : Path
        An empty folder to work in.
    window_s : float
        Length of the windows, s.
    """
    store, waveforms = Store(root / "store", "test"), root / "waveforms"
    folder = fetch("itsc", root, realdata / "itsc", download=_no_download).folder
    loaded = load_dataset(folder, waveforms, store, ruleset_from(default_rules()), 1)
    settings = FeatureSettings(
        window_s=window_s, overlap=OVERLAP, line_low_hz=BAND_HZ[0], line_high_hz=BAND_HZ[1],
        track_window_s=TRACK_WINDOW_S,
    )  # fmt: skip
    features = compute_tables(loaded.recordings, waveforms, settings, store, 1)
    audit = audit_of_dataset(loaded.dataset.derived_state, loaded.recordings, features.track, CHANGE_PCT)
    tables = (features.segments, loaded.recordings, features.track)
    return fault_classes_of_dataset(loaded.dataset.derived_state, tables, audit, CHANGE_PCT, SEED), audit
