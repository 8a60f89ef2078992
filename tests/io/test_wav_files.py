"""Sound files of every kind of sample: levels as the converter gave them, without a unit."""

from __future__ import annotations

import io
import struct
import wave

import numpy as np
import pytest
from measurement_files import wav
from recording_texts import R, S, T

from diagmod.io.recording_files import Declared, read_recording_file
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file

LEVELS = np.rint(np.array([R, S, T]) * 1000).astype(int)


@pytest.fixture
def put(tmp_path):
    """Writes a file and gives its path."""

    def write(content: bytes):
        (tmp_path / "x.wav").write_bytes(content)
        return tmp_path / "x.wav"

    return write


def wav24(levels: np.ndarray, fs: int) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(len(levels))
        file.setsampwidth(3)
        file.setframerate(fs)
        file.writeframes(b"".join(int(v).to_bytes(3, "little", signed=True) for v in levels.T.reshape(-1)))
    return target.getvalue()


def extensible24(levels: np.ndarray, fs: int) -> bytes:
    """As audio interfaces write it: a format chunk of 40 bytes that names PCM by its GUID."""
    plain = wav24(levels, fs)
    data = plain[plain.index(b"data") :]
    n = len(levels)
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    form = struct.pack("<HHIIHHHHI", 0xFFFE, n, fs, fs * n * 3, n * 3, 24, 22, 24, 7) + guid
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (wav(LEVELS.T.astype(np.int16), 44100), LEVELS),
        (wav(LEVELS.T.astype(np.int32) * 70000, 44100), LEVELS * 70000),
        (wav24(LEVELS * 700, 44100), LEVELS * 700),
        (extensible24(LEVELS * 700, 44100), LEVELS * 700),
        (wav((LEVELS // 100 + 128).T.astype(np.uint8), 44100), LEVELS // 100),
        (wav((LEVELS / 8192).T.astype(np.float32), 44100), LEVELS / 8192),
        (wav((LEVELS / 8192).T, 44100), LEVELS / 8192),
    ],
    ids=["16", "32", "24", "24 extensible", "8", "float32", "float64"],
)
def test_every_kind_of_sample_gives_its_levels_without_a_unit(content, expected, put):
    found = read_recording_file(put(content))
    np.testing.assert_allclose(found.currents, expected, rtol=1e-7)
    assert (found.fs, found.unit, found.columns) == (44100, "counts", ("1", "2", "3"))
    assert "the sampling rate 44100 Hz is stated by the sound file" in found.notes


def test_a_declared_scale_makes_ampere(put):
    found = read_recording_file(put(wav(LEVELS.T.astype(np.int16), 8000)), Declared(scale=0.001))
    np.testing.assert_allclose(found.currents, LEVELS / 1000)
    assert found.unit == "A"


def test_one_channel_is_one_phase(put):
    assert read_recording_file(put(wav(LEVELS[0].astype(np.int16), 8000))).columns == ("1", "", "")


def test_a_file_cut_short_gives_what_is_there_with_a_note_or_a_sentence(put):
    content = wav(LEVELS.T.astype(np.int16), 44100)
    n_read = 0
    for cut in [*np.linspace(4, len(content) - 1, 20).astype(int), *range(50, len(content), 30)]:
        try:
            found = read_recording_file(put(content[:cut]))
        except UnreadableRecording as exc:
            assert "x.wav" in str(exc)
            continue
        n_read += 1
        n = found.currents.shape[1]
        np.testing.assert_array_equal(found.currents, LEVELS[:, :n])
        assert any("ends before the samples that it announces" in note for note in found.notes)
    assert n_read > 10


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: c[:20] + b"\x55\x00" + c[22:],  # MPEG
        lambda c: c[:22] + b"\x00\x00" + c[24:],  # no channels
        lambda c: c[:34] + b"\x05\x00" + c[36:],  # five bits
        lambda c: c[:44],
    ],
)
def test_compressed_and_damaged_sound_is_refused(damage, put):
    with pytest.raises(UnreadableRecording, match=r"x\.wav is a (damaged |damaged or compressed )?sound file"):
        read_table_file(put(damage(wav(LEVELS.T.astype(np.int16), 44100))))
