"""The code of the long studies of the load on small fixed samples; `make verify` runs them at full size."""

from __future__ import annotations

from pathlib import Path

import load_fuzz
import load_kills
import numpy as np
import pytest
from load_hostile import while_changing
from load_oracle import unexplained
from recording_texts import SECONDS, R, S, T, text_of

from diagmod.io.ingest import ingest_recording
from diagmod.io.waveforms import read_waveform


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mixed_files_are_loaded_as_written_or_refused_in_a_sentence(seed: int, tmp_path: Path) -> None:
    counts = load_fuzz.check_part(seed, tmp_path / "set", 60)
    assert counts["text: good, exact"] > 10
    assert sum(n for key, n in counts.items() if key.endswith("refused")) > 3


def test_slow_reading_explains_the_samples_of_a_text_and_no_others(tmp_path: Path) -> None:
    content = text_of("t;I_R;I_S;I_T", SECONDS, R, S, T, mark=";", decimal=",").encode()
    source, target = tmp_path / "x.csv", tmp_path / "x.parquet"
    source.write_bytes(content)
    ingested, samples = ingest_recording(source, target), read_waveform(target)
    assert unexplained(content, samples, ingested, {}) == ""
    assert "are not the rows" in unexplained(content, samples * np.float32(10), ingested, {})
    assert "are not the rows" in unexplained(content, samples[:, ::-1], ingested, {})
    assert "are not the rows" in unexplained(content, samples[:, 10:], ingested, {})


def test_load_killed_in_the_middle_is_finished_by_the_next(tmp_path: Path) -> None:
    load_kills.make_plant(tmp_path, 12, seed=3)
    seconds = load_kills.finish(tmp_path, 1)
    expected = load_kills.results(tmp_path / "interim")
    load_kills.forget(tmp_path)
    assert load_kills.kill(load_kills.started(tmp_path, 1), 0.8 * seconds, whole_group=False)
    load_kills.finish(tmp_path, 1)
    assert load_kills.results(tmp_path / "interim") == expected
    assert load_kills.leftovers(tmp_path) == []


def test_file_that_changes_while_it_is_read_is_one_of_its_states_or_refused(tmp_path: Path) -> None:
    """Two states of one length, written over each other: never a mixture."""
    (tmp_path / "plant").mkdir()
    part = load_fuzz.Part(tmp_path / "plant", load_fuzz.random.Random(0))
    part.rows.append({"file": "x.csv", "motor_id": "M1", "started_at": load_fuzz.START, "fs_hz": "1000"})
    part.describe()
    path, n = tmp_path / "plant" / "x.csv", 60_000
    states = [("I_R\n" + f"{k}.5\n{k}.7\n" * n).encode() for k in (1, 2)]
    path.write_bytes(states[0])
    for _ in range(8):
        loaded, _ = while_changing(path, lambda k: path.write_bytes(states[k % 2]), lambda: load_fuzz.load(tmp_path))
        (row,) = loaded.report.to_dict("records")
        if row["status"] == "loaded":
            (waveform,) = (tmp_path / "interim" / "waveforms").iterdir()
            assert set(read_waveform(waveform)[0].astype(int)) in ({1}, {2})
        else:
            assert "changed while it was read" in row["reason"] or "sample" in row["reason"] or "empty" in row["reason"]
