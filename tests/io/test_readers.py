"""The registry: what can be read, what must be installed for it, and readers that other packages bring."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint

import numpy as np
import pytest
from measurement_files import hdf5, mat73, tdms
from recording_texts import FS, R

from diagmod.io import readers
from diagmod.io.column_tables import Column, Table
from diagmod.io.reader_sources import Reader
from diagmod.io.readers import BUILT_IN, known_readers
from diagmod.io.refusals import UnreadableRecording
from diagmod.io.table_files import read_table_file

FILES = {
    "nptdms": (lambda: tdms({"g/I_R": R}, step_s=1 / FS), "a LabVIEW TDMS file", "tdms"),
    "h5py": (lambda: hdf5({"I_R": R}), "an HDF5 file", "hdf5"),
}


def _read(source):
    return Table(source.name, (Column("I_R", np.array([float(b) for b in source.content[4:]])),), fs=FS)


SPAM = Reader(
    name="spam",
    what="a spam file",
    suffixes=(".spam",),
    recognises=lambda source: source.head[:4] == b"SPAM",
    read=_read,
)
WRONG = Reader(
    name="wrong", what="a wrong file", suffixes=(), recognises=SPAM.recognises, read=lambda source: {"I_R": [1]}
)
UNEVEN = Reader(
    name="uneven", what="an uneven file", suffixes=(), recognises=SPAM.recognises,
    read=lambda source: Table("x", (Column("a", np.ones(3)), Column("b", np.ones(4)))),
)  # fmt: skip
FAILING = Reader(name="failing", what="a file", suffixes=(), recognises=SPAM.recognises, read=lambda source: 1 / 0)
LEAVING = Reader(name="leaving", what="a file", suffixes=(), recognises=lambda source: sys.exit(3), read=_read)


@pytest.fixture
def register(monkeypatch):
    """Registers an object of this module as the reader of another package."""
    readers._third_party.cache_clear()
    module = sys.modules[__name__]
    monkeypatch.setitem(sys.modules, "spam_package", module)

    def add(attribute: str) -> None:
        entry = EntryPoint(name="spam", value=f"spam_package:{attribute}", group=readers.GROUP)
        monkeypatch.setattr(readers, "entry_points", lambda group: [entry] if group == readers.GROUP else [])

    yield add
    readers._third_party.cache_clear()


@pytest.mark.parametrize("module", FILES)
def test_a_missing_library_is_named_with_its_extra(module, tmp_path, monkeypatch):
    make, what, extra = FILES[module]
    path = tmp_path / "x.bin"
    path.write_bytes(make())
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        UnreadableRecording,
        match=rf"^x\.bin is {what}; to read it, install its library: pip install 'diagmod\[{extra}\]'$",
    ):
        read_table_file(path)
    known = {reader.name: reader for reader in known_readers()}
    assert [name for name, reader in known.items() if not reader.is_installed] == (
        ["TDMS"] if module == "nptdms" else ["MAT 7.3", "HDF5"]
    )


def test_version_73_of_matlab_names_its_own_extra(tmp_path, monkeypatch):
    (tmp_path / "x.mat").write_bytes(mat73({"I_R": R}))
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(UnreadableRecording, match=r"pip install 'diagmod\[matlab\]'"):
        read_table_file(tmp_path / "x.mat")


def test_all_formats_of_the_package_are_known_and_installed():
    known = known_readers()
    assert [reader.name for reader in known[: len(BUILT_IN) + 1]] == [
        "text", "XLSX", "NPZ", "NPY", "Parquet", "MAT 5", "MAT 7.3", "HDF5", "TDMS", "WAV", "COMTRADE", "UFF",
    ]  # fmt: skip
    assert all(reader.is_installed and not reader.remedy for reader in known if reader.origin == "diagmod")


def test_every_extra_of_a_reader_is_declared():
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    extras = {reader.extra for reader in BUILT_IN} - {""}
    assert extras <= set(project["optional-dependencies"])
    assert extras == set(project["optional-dependencies"]["formats"][0].removeprefix("diagmod[").rstrip("]").split(","))


def test_a_reader_of_another_package_is_asked(register, tmp_path):
    register("SPAM")
    (tmp_path / "x.dat").write_bytes(b"SPAM" + bytes([1, 2, 3]))
    table = read_table_file(tmp_path / "x.dat")
    assert (table.columns[0].values.tolist(), table.fs) == ([1, 2, 3], FS)
    assert known_readers()[-1].origin == "spam"
    (tmp_path / "x.csv").write_text("I_R\n1.5\n2.5\n")
    assert read_table_file(tmp_path / "x.csv").columns[0].values.tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    ("attribute", "sentence"),
    [
        (
            "FAILING",
            r"the reader 'spam' \(spam_package:FAILING\) failed on x.dat \(ZeroDivisionError: division by zero\); r",
        ),
        (
            "LEAVING",
            r"the reader 'spam' \(spam_package:LEAVING\) cannot tell x.dat \(SystemExit: 3\); remove the package",
        ),
        ("WRONG", r"the reader 'spam' .* made of x.dat a dict that is no Table of Columns; have it corrected"),
        ("UNEVEN", r"made of x.dat columns that are not of one length"),
        ("NOTHING", r"cannot be loaded \(AttributeError: .*NOTHING.*\); remove the package"),
        ("R", r"the reader 'spam' \(spam_package:R\) is a ndarray, expected a Reader of diagmod.io.reader_sources"),
    ],
)
def test_a_reader_of_another_package_that_fails_is_one_sentence(attribute, sentence, register, tmp_path):
    register(attribute)
    (tmp_path / "x.dat").write_bytes(b"SPAM" + bytes([1, 2, 3]))
    with pytest.raises(UnreadableRecording, match=sentence):
        read_table_file(tmp_path / "x.dat")


def test_the_command_line_loads_no_library_of_a_format():
    import subprocess

    code = (
        "import sys, diagmod.cli, diagmod.io.readers; print(*sorted({'h5py', 'nptdms', 'openpyxl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
