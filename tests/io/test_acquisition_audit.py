"""Long recordings are audited in pieces: every sample once, no short rest, and a flaw anywhere is found."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from diagmod.core.audit_limits import CALIBRATED, AuditLimits
from diagmod.core.motor import Motor
from diagmod.core.verdicts import QualityVerdict
from diagmod.io import acquisition_audit
from diagmod.io.acquisition_audit import audit_waveform, stored_audit, waveform_pieces
from diagmod.io.store import Store
from diagmod.io.waveforms import WAVEFORM_COLUMNS

FS = 2000.0
MOTOR = Motor(motor_id="M1", line_hz=50.0, pole_pairs=2, rated_current_a=8.0)
BAND = (20.0, 120.0)


def write(path, currents):
    table = pa.table([pa.array(row.astype(np.float32)) for row in currents], names=list(WAVEFORM_COLUMNS))
    pq.write_table(table, path)
    return path


def currents(n=12_000):
    angle = 2 * np.pi * 49.98 * np.arange(n) / FS
    noise = np.random.default_rng(0).normal(0, 0.01, (3, n))
    return 11.3 * np.stack([np.cos(angle - k * 2 * np.pi / 3) for k in range(3)]) + noise


@pytest.mark.parametrize(
    ("n", "lengths"),
    [(90, [90]), (100, [100]), (149, [149]), (150, [100, 50]), (249, [100, 149]), (250, [100, 100, 50])],
)
def test_pieces_have_every_sample_once_and_the_last_is_at_least_half_as_long(tmp_path, n, lengths):
    samples = np.arange(3 * n, dtype=np.float32).reshape(3, n)
    pieces = list(waveform_pieces(write(tmp_path / "a.parquet", samples), 100))
    assert [piece.shape for piece in pieces] == [(3, length) for length in lengths]
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), samples)


def test_a_flaw_in_one_piece_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(acquisition_audit, "PIECE", 4000)
    x = currents()
    x[:, 8000:] = np.repeat(x[:, 8000::2], 2, axis=1)
    good = audit_waveform(write(tmp_path / "a.parquet", currents()), FS, MOTOR, unit_is_ampere=True, line_band_hz=BAND)
    held = audit_waveform(write(tmp_path / "b.parquet", x), FS, MOTOR, unit_is_ampere=True, line_band_hz=BAND)
    assert good.verdict == QualityVerdict.GOOD
    assert held.verdict == QualityVerdict.UNUSABLE
    assert held.reasons[0].code == "samples_repeated"


def test_stored_audit_comes_back_whole_and_depends_on_rate_and_nameplate(tmp_path, monkeypatch):
    path, store = write(tmp_path / "a.parquet", 20 * currents()), Store(tmp_path / "store", "v1")

    def audit(fs=FS, motor=MOTOR, *, is_ampere=True, limits=CALIBRATED):
        return stored_audit(
            store, {"sha256": "a"}, path, fs, motor, unit_is_ampere=is_ampere, line_band_hz=BAND, limits=limits
        )

    first = audit()
    assert [reason.code for reason in first.reasons] == ["unit_doubtful"]
    assert audit(is_ampere=False).reasons == ()
    assert audit(limits=AuditLimits(most_rated=1e3)).reasons == ()
    assert audit(motor=Motor(motor_id="M2", line_hz=50.0, pole_pairs=2)).reasons == ()
    assert (first.figures["duration_s"], audit(fs=1.2 * FS).figures["duration_s"]) == (6.0, 5.0)
    monkeypatch.setattr(acquisition_audit, "audit_waveform", lambda *a, **k: pytest.fail("it was audited again"))
    again = audit()
    assert (again.verdict, again.reasons, again.advice) == (first.verdict, first.reasons, first.advice)
    assert again.figures == pytest.approx(first.figures, nan_ok=True)
    assert again.stretch_s == first.stretch_s
