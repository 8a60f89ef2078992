"""What a user says of a file is checked before the file is opened, and then goes before what the file says."""

from __future__ import annotations

import numpy as np
import pytest
from recording_texts import FS, SECONDS, R, S, T, text_of

from diagmod.io.declarations import Declared, TextSettings
from diagmod.io.ingest import ingest_recording
from diagmod.io.number_tables import read_text_table
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.waveforms import read_waveform

PAIRS = "Ström;I_S\n1,5;2\n-2,25;3\n"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-16", "utf-16"), ("UTF-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"), ("utf-8", "utf-8-sig"), ("cp1252", "cp1252"), ("latin-1", "latin-1"),
    ],
)  # fmt: skip
def test_text_in_a_declared_encoding_gives_names_and_samples(declared, written):
    table = read_text_table(PAIRS.encode(written), "x.csv", settings=TextSettings(encoding=declared))
    assert [(c.name, c.values.tolist()) for c in table.columns] == [("Ström", [1.5, -2.25]), ("I_S", [2.0, 3.0])]
    assert table.notes[0] == f"the text was read as {declared}, as declared"


@pytest.mark.parametrize(("declared", "written"), [("utf-16", "utf-16"), ("utf-16-le", "utf-16-le")])
def test_recording_in_declared_utf16_has_its_samples_and_rate(declared, written, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(text_of("t;I_R;I_S;I_T", SECONDS, R, S, T, mark=";", decimal=",").encode(written))
    ingested = ingest_recording(path, tmp_path / "x.parquet", Declared(encoding=declared))
    assert ingested.rates.fs == pytest.approx(FS, rel=1e-9)
    np.testing.assert_array_equal(read_waveform(tmp_path / "x.parquet"), np.float32([R, S, T]))


@pytest.mark.parametrize(
    "name",
    [
        "unicode_escape", "unicode-escape", "Raw_Unicode_Escape", "hex", "base64", "zlib", "rot13", "punycode", "idna",
        "undefined", "klingon", "", "utf-8\0",
    ],
)  # fmt: skip
def test_an_encoding_that_is_none_of_texts_is_refused(name):
    """An escape would turn letters of a text into other characters, a packing into other bytes."""
    with pytest.raises(
        UnreadableRecording,
        match=r"^--encoding must be a text encoding such as utf-8, cp1251 or latin-1, got '.*'; pass one$",
    ):
        Declared(encoding=name)


def test_a_text_that_is_not_in_the_declared_encoding_is_refused():
    for content, declared in ((b"R;S\n1,5;2\n2,5;3", "utf-16"), (PAIRS.encode("latin-1"), "utf-8")):
        with pytest.raises(
            UnreadableRecording,
            match=rf"^x\.csv is no text in the declared encoding {declared} \(.+\); correct --encoding$",
        ):
            read_text_table(content, "x.csv", settings=TextSettings(encoding=declared))
