"""The audit of a stored waveform, in bounded memory, kept in the store beside the waveform.

It depends on the waveform, the rate and what the nameplate says of frequency and current; a file that is
loaded again is not audited again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from diagmod.core.acquisition_findings import audit_recording, worst_of
from diagmod.core.audit_limits import CALIBRATED, AuditLimits
from diagmod.core.verdicts import Quality, QualityVerdict, Reason
from diagmod.io.waveforms import ROW_GROUP, WAVEFORM_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from diagmod.core.motor import Motor
    from diagmod.io.store import Store

#: Samples audited at a time: 40 s at 25.6 kHz. Longer recordings are audited in pieces of this length, the last one up
#: to half as long again; the peak memory of `load` is measured by tests/bench.
PIECE = 4 * ROW_GROUP

_QUALITY = "quality.json"


def audit_waveform(
    path: Path, fs: float, motor: Motor, *, unit_is_ampere: bool, line_band_hz: tuple[float, float],
    limits: AuditLimits = CALIBRATED,
) -> Quality:  # fmt: skip
    """Audit a waveform file; see :func:`diagmod.core.acquisition_findings.audit_recording`.

    Parameters
    ----------
    path : Path
        Waveform file.
    fs : float
        Sampling rate in Hz.
    motor : Motor
    unit_is_ampere : bool
    line_band_hz : (float, float)
        In Hz.
    limits : AuditLimits
        What the figures are held against.
    """
    return worst_of(
        audit_recording(piece, fs, motor, unit_is_ampere=unit_is_ampere, line_band_hz=line_band_hz, limits=limits)
        for piece in waveform_pieces(path)
    )


def stored_audit(
    store: Store, waveform_of: dict[str, Any], waveform: Path, fs: float, motor: Motor, *, unit_is_ampere: bool,
    line_band_hz: tuple[float, float], limits: AuditLimits = CALIBRATED,
) -> Quality:  # fmt: skip
    """The audit of a waveform, from the store where it was made before.

    Parameters
    ----------
    store : Store
    waveform_of : dict
        What the waveform was made of.
    waveform : Path
    fs, motor, unit_is_ampere, line_band_hz, limits
        See :func:`audit_waveform`.
    """
    rated = motor.rated_current_a if unit_is_ampere else None
    about = {
        "audit_of": waveform_of, "fs_hz": fs, "rated_hz": motor.line_hz, "rated_current_a": rated,
        "line_band_hz": list(line_band_hz), "limits": asdict(limits),
    }  # fmt: skip

    def make(draft: Path) -> None:
        quality = audit_waveform(
            waveform, fs, motor, unit_is_ampere=unit_is_ampere, line_band_hz=line_band_hz, limits=limits
        )
        (draft / _QUALITY).write_text(json.dumps(asdict(quality), default=float), encoding="utf-8")

    return _quality((store.entry(about, make) / _QUALITY).read_text(encoding="utf-8"))


def waveform_pieces(path: Path, longest: int = PIECE) -> Iterator[NDArray[np.float32]]:
    """Currents of a waveform file in pieces of ``longest`` samples, each of shape (3, n).

    A short rest is no piece of its own, for it would be judged as a short recording: the last piece is up to 1.5 times
    as long.
    """
    with pq.ParquetFile(path, pre_buffer=False) as file:
        rest, waiting, n = file.metadata.num_rows, [], 0
        for batch in file.iter_batches(batch_size=min(longest, ROW_GROUP), columns=list(WAVEFORM_COLUMNS)):
            waiting.append(batch)
            n += len(batch)
            if n >= longest and rest - n >= longest // 2:
                yield _currents(waiting)
                rest, waiting, n = rest - n, [], 0
        if waiting:
            yield _currents(waiting)


def _currents(batches: list[pa.RecordBatch]) -> NDArray[np.float32]:
    table = pa.Table.from_batches(batches)
    return np.stack([column.to_numpy() for column in table.columns])


def _quality(text: str) -> Quality:
    about = json.loads(text)
    return Quality(
        verdict=QualityVerdict(about["verdict"]),
        reasons=tuple(Reason(**reason) for reason in about["reasons"]),
        advice=tuple(about["advice"]),
        figures=about["figures"],
        is_clock_reliable=about["is_clock_reliable"],
        stretch_s=(about["stretch_s"][0], about["stretch_s"][1]),
    )
