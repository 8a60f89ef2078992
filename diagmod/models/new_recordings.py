"""New recordings on their way to a stored model: imported, loaded, audited, turned into features, as the pipeline does.

Nothing is added to a data set. The files stay where they are; a folder of links in a temporary place stands for a data
set, and the stages' own functions run on it with the parameters of the project. What was computed for the same content
before comes from the store.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from diagmod.core.preparation import PreparationSettings
from diagmod.core.rulesets import ruleset_from
from diagmod.io.diagnosis_tables import compute_diagnoses
from diagmod.io.feature_tables import FeatureSettings, compute_tables
from diagmod.io.importing import import_recordings
from diagmod.io.interim import read_nameplates, write_interim
from diagmod.io.loading import load_dataset
from diagmod.io.motor_register import REGISTER
from diagmod.io.retention import Originals
from diagmod.io.store import Store
from diagmod.models.model_rows import PipelineTables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diagmod.io.import_request import ImportRequest

#: Name of the data set that stands for the new files.
NAME = "new"


@dataclass(frozen=True)
class NewRecordings:
    """Tables of the recordings that could be read, and what became of the others.

    Attributes
    ----------
    tables : PipelineTables
    findings : DataFrame
        Table ``findings``.
    refused : DataFrame
        Columns file, reason, cure: files that were not read.
    seconds : dict of float
        Wall time of each step.
    """

    tables: PipelineTables
    findings: pd.DataFrame
    refused: pd.DataFrame
    seconds: dict[str, float] = field(default_factory=dict)


def read_new(request: ImportRequest, root: Path, parameters: Mapping[str, Any]) -> NewRecordings:
    """Read files as the stages ``load`` and ``features`` would.

    Parameters
    ----------
    request : ImportRequest
        Which files, and what is known of them. Without a register that of the project's data set is used.
    root : Path
        The project.
    parameters : mapping
        Its params.yaml.

    Raises
    ------
    DatasetError
        The request is wrong, see :func:`diagmod.io.importing.import_recordings`.
    """
    seconds: dict[str, float] = {}
    own = root / "data" / "raw" / str(parameters["load"]["dataset"]) / REGISTER
    register = request.motors or (own if own.is_file() else None)
    asked = replace(request, dataset=NAME, motors=register, is_referenced=True, is_dry_run=False)
    store = Store.open(root)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        (place / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")  # an import looks what stages make
        with _timed(seconds, "import"):
            imported = import_recordings(asked, place)
        refused = [
            {"file": file.file, "reason": file.reason, "cure": file.cure}
            for file in imported.files
            if file.status == "quarantined"
        ]
        with _timed(seconds, "load"):
            loaded = _loaded(place, store, parameters["load"], asked.jobs)
        refused += loaded.quarantine[["file", "reason", "cure"]].to_dict("records")
        write_interim(loaded, place / "interim", {"stage": "score"})
        with _timed(seconds, "features"):
            tables = _featured(loaded, place, store, parameters["features"], asked.jobs)
    unread = pd.DataFrame(refused, columns=["file", "reason", "cure"]).drop_duplicates("file", ignore_index=True)
    return NewRecordings(tables, loaded.findings, unread, seconds)


def _loaded(place: Path, store: Store, parameters: Mapping[str, Any], jobs: int) -> Any:
    band_hz = (parameters["line_low_hz"], parameters["line_high_hz"])
    folder, rules = place / "data" / "raw" / NAME, ruleset_from(parameters["rules"])
    (place / "interim").mkdir()
    return load_dataset(folder, place / "interim" / "waveforms", store, rules, jobs, line_band_hz=band_hz)


def _featured(loaded: Any, place: Path, store: Store, parameters: Mapping[str, Any], jobs: int) -> PipelineTables:
    waveforms, catalogue = place / "interim" / "waveforms", loaded.recordings
    band_hz = (parameters["line_low_hz"], parameters["line_high_hz"])
    motors, originals = read_nameplates(place / "interim"), Originals(place / "data" / "raw" / NAME)
    diagnosed = compute_diagnoses(catalogue, motors, waveforms, band_hz, store, jobs, originals)
    preparation = PreparationSettings(**{name: parameters[name] for name in ("repair", "longest_gap_ms", "trim")})
    same = ("window_s", "overlap", "line_low_hz", "line_high_hz", "track_window_s")
    settings = FeatureSettings(
        **{name: parameters[name] for name in same}, groups=tuple(parameters["groups"]), preparation=preparation
    )
    features = compute_tables(catalogue, waveforms, settings, store, jobs, originals).with_signatures(diagnosed)
    return PipelineTables(
        catalogue, features.segments, features.recordings, diagnosed.states, diagnosed.diagnoses, diagnosed.signatures
    )


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - begin
