"""BBIM2023 workbooks: a sheet becomes a recording where it has the layout that the adapter states, and no other."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from phase_currents import three_phases

from diagmod.io.dataset_files import DatasetError, read_dataset, read_manifest
from diagmod.io.motor_register import read_motors

FS = 2000.0
SHEETS = ("H", "1B", "2B", "3B")


def write_workbook(path, sheets):
    """A workbook of sheets given as columns of one length, no heading."""
    book = Workbook(write_only=True)
    for title, columns in sheets.items():
        sheet = book.create_sheet(title)
        for row in zip(*columns, strict=True):
            sheet.append([x.item() if isinstance(x, np.generic) else x for x in row])
    book.save(path)


def sheet(line_hz, seed=0, seconds=2.0, first=None, fs=FS):
    """A column of time, three currents, and a text beside them."""
    currents = np.round(three_phases(fs, line_hz, seconds, seed), 9)  # a workbook keeps 16 digits
    n = currents.shape[1]
    return [np.arange(n) / fs if first is None else first(n), *currents, ["bar"] * n]


def test_every_sheet_becomes_a_recording_with_its_samples_and_labels(downloads, get):
    """One of 29 bars is 0.03448 of them, three are 0.1034."""
    sheets = {title: sheet(50, seed) for seed, title in enumerate(SHEETS)}
    write_workbook(downloads / "M24Ns_29Nb.xlsx", sheets)
    fetched = get("bbim2023")
    assert (fetched.n_files, fetched.n_published, fetched.n_recordings, fetched.left_out) == (1, 2, 4, ())
    rows = read_manifest(fetched.folder).set_index("file")
    columns = ["motor_id", "condition", "severity", "severity_label", "load_pct"]
    assert {name.split("_")[-1]: tuple(row) for name, row in rows[columns].iterrows()} == {
        "H.parquet": ("M24Ns_29Nb", "healthy", "0", "", ""),
        "1B.parquet": ("M24Ns_29Nb", "broken_bar", "0.03448", "1 bar", ""),
        "2B.parquet": ("M24Ns_29Nb", "broken_bar", "0.06897", "2 bars", ""),
        "3B.parquet": ("M24Ns_29Nb", "broken_bar", "0.1034", "3 bars", ""),
    }
    for title, given in sheets.items():
        table = pq.read_table(fetched.folder / f"recordings/M24Ns_29Nb_{title}.parquet")
        np.testing.assert_array_equal(np.stack([c.to_numpy() for c in table.columns]), np.stack(given[1:4]))
        assert table.schema.metadata[b"source_field"] == f"sheet {title}, columns 2 to 4".encode()


def test_the_two_motors_have_their_own_bars_and_frequency_and_the_set_says_it_is_simulated(downloads, get):
    write_workbook(downloads / "M24Ns_29Nb.xlsx", {"H": sheet(50)})
    write_workbook(downloads / "M36Ns_44Nb.xlsx", {"H": sheet(60, 1)})
    fetched = get("bbim2023")
    motors = read_motors(fetched.folder)
    assert {m.motor_id: (m.line_hz, m.pole_pairs, m.rotor_bars) for m in motors.values()} == {
        "M24Ns_29Nb": (50.0, 1, 29), "M36Ns_44Nb": (60.0, 2, 44),
    }  # fmt: skip
    dataset = read_dataset(fetched.folder)
    assert (dataset.unit, dataset.fs_hz) == ("unstated", FS)
    assert "simulated" in dataset.title


@pytest.mark.parametrize("first", [lambda n: np.arange(n), lambda n: np.arange(n) + 1, lambda n: ["x"] * n])
def test_a_first_column_may_count_rows_or_hold_text(downloads, get, first):
    write_workbook(downloads / "M24Ns_29Nb.xlsx", {"H": sheet(50, first=first)})
    assert get("bbim2023").n_recordings == 1


def test_sheets_of_another_layout_are_left_out_with_what_is_wrong(downloads, get):
    shifted = sheet(50)
    shifted[1] = np.linspace(0, 157, shifted[1].size)  # a speed where the first phase should be
    texts = sheet(50)
    texts[2] = [*texts[2][:1500], *["?"] * 2500]
    write_workbook(downloads / "M24Ns_29Nb.xlsx", {
        "H": sheet(50), "1B": shifted, "2B": texts, "3B": sheet(50, first=lambda n: np.arange(n) / 5000),
    })  # fmt: skip
    write_workbook(downloads / "M36Ns_44Nb.xlsx", {
        "H": sheet(50), "1B": sheet(60, seconds=1.0), "2B": sheet(60)[:3], "B3": sheet(60),
    })  # fmt: skip
    fetched = get("bbim2023")
    assert list(read_manifest(fetched.folder)["file"]) == ["recordings/M24Ns_29Nb_H.parquet"]
    left_out = {tuple(line.split(": ")[:2]): line.split(": ", 2)[2] for line in fetched.left_out}
    first, second = "M24Ns_29Nb.xlsx", "M36Ns_44Nb.xlsx"
    assert "column 2 has its strongest line at" in left_out[first, "sheet 1B"]
    assert "expected 50 Hz at 2000 samples a second" in left_out[first, "sheet 1B"]
    assert (first, "sheet 2B") in left_out
    assert left_out[first, "sheet 3B"] == (
        "its first column rises by 0.0002, expected 0.0005 s or 1; its rate is not 2000 Hz"
    )
    assert left_out[second, "sheet H"].startswith("column 2 has its strongest line at 50.0 Hz, expected 60 Hz")
    assert left_out[second, "sheet 1B"] == "has 2000 rows, expected the run-up and at least a second more"
    assert left_out[second, "sheet 2B"] == "has 3 columns, expected at least 4: one and the three phases"
    assert "has no sheet '3B'" in left_out[second, "sheet 3B"]


def test_a_damaged_workbook_is_one_sentence(downloads, get):
    (downloads / "M24Ns_29Nb.xlsx").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(DatasetError, match=r"no published file of bbim2023 in .* \(M24Ns_29Nb.xlsx: sheet H: M24Ns"):
        get("bbim2023")


def test_loaded_recordings_have_the_rate_and_the_unstated_unit(downloads, get, load):
    write_workbook(downloads / "M24Ns_29Nb.xlsx", {title: sheet(50, k) for k, title in enumerate(SHEETS)})
    result = load(get("bbim2023").folder)
    assert set(result.report["status"]) == {"loaded"}
    assert set(result.recordings["fs_hz"]) == {FS}
    assert set(result.recordings["unit"]) == {"unstated"}
    assert sorted(result.recordings["condition"]) == ["broken_bar"] * 3 + ["healthy"]
