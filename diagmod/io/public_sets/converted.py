"""One recording out of a file that holds many, as Parquet: the samples unchanged, and where they come from.

The precision of the source is kept. File, checksum and field of the source stand in the file's metadata and in the
note of the manifest; the same source gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from diagmod.core.recording import PHASES
from diagmod.io.dataset_files import DatasetError
from diagmod.io.public_sets.prepared import RECORDINGS
from diagmod.io.refusals import UnreadableRecording, first_line
from diagmod.io.waveforms import ROW_GROUP, WAVEFORM_COLUMNS, WAVEFORM_WRITING

#: Most samples a phase of one recording may have; far above any of these sets.
MAX_SAMPLES = 30_000_000


@dataclass(frozen=True)
class Origin:
    """Where a recording comes from.

    Attributes
    ----------
    file, sha256 : str
        Name and checksum of the published file.
    field : str
        What was taken out of it, in the words of its format.
    """

    file: str
    sha256: str
    field: str

    def in_words(self) -> str:
        """For the note of the manifest."""
        return f"from {self.file} (SHA-256 {self.sha256}), {self.field}"


def write_recording(currents: Mapping[str, NDArray[Any]], origin: Origin, draft: Path, name: str) -> str:
    """Write one recording into the draft of a data set.

    Parameters
    ----------
    currents : mapping of str to ndarray, shape (n,)
        Samples by phase R, S, T.
    origin : Origin
    draft : Path
        Draft of the data set.
    name : str
        Name of the recording, without ending.

    Returns
    -------
    str
        Its path in the data set, for the manifest.

    Raises
    ------
    UnreadableRecording
        The phases are no rows of real numbers of one length.
    DatasetError
        The disk is full or fails.
    """
    arrays = {phase: np.squeeze(currents[phase]) for phase in PHASES}
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) > 1 or any(a.ndim != 1 or a.size < 2 or a.dtype.kind not in "iuf" for a in arrays.values()):
        shown = ", ".join(f"{a.dtype} of shape {a.shape}" for a in arrays.values())
        raise UnreadableRecording(f"{origin.field} must be three equal rows of real numbers, got {shown}")
    about = {"source_file": origin.file, "source_sha256": origin.sha256, "source_field": origin.field}
    columns = [pa.array(_plain(array)) for array in arrays.values()]
    table = pa.table(columns, names=list(WAVEFORM_COLUMNS)).replace_schema_metadata(about)
    file = f"{RECORDINGS}/{name}.parquet"
    try:
        pq.write_table(table, draft / file, row_group_size=ROW_GROUP, **WAVEFORM_WRITING)
    except OSError as exc:  # of our disk, not of the user's file: nothing may go on
        raise DatasetError(f"{file} cannot be written ({first_line(exc)}); make room and try again") from exc
    return file


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in the byte order of this machine, half floats as floats."""
    kind = array.dtype.newbyteorder("=")
    return np.ascontiguousarray(array, dtype=np.float32 if kind == np.float16 else kind)
