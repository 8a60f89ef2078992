"""Getting a published data set: what is copied, what is left out, and what must stay as it was."""

from __future__ import annotations

import functools
import hashlib
import http.server
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from diagmod.io import datasets
from diagmod.io.dataset_files import DatasetError, read_dataset, read_manifest
from diagmod.io.datasets import KNOWN, download_files, fetch, track_with_dvc
from diagmod.io.motor_register import read_motors
from diagmod.io.plain_text import write_yaml

#: A published set of three files, small enough to write here.
PUBLISHED = {
    "SC_HLT_001.csv": b"1,2,3\n4,5,6\n",
    "SC_A1_B0_C0_001.csv": b"7,8,9\n1,2,3\n",
    "SC_A0_B0_C4_002.csv": b"3,2,1\n6,5,4\n",
}


@pytest.fixture(autouse=True)
def three_files(tmp_path_factory, monkeypatch) -> None:
    """The known data set has the three files."""
    folder = tmp_path_factory.mktemp("checksums")
    lines = [f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in PUBLISHED.items()]
    (folder / "itsc.txt").write_text("".join(lines), encoding="utf-8")
    monkeypatch.setattr(datasets, "_CHECKSUMS", folder)


@pytest.fixture
def copy(tmp_path) -> Path:
    """A folder with the published files, as somebody downloaded them."""
    folder = tmp_path / "a copy"
    folder.mkdir()
    for name, content in PUBLISHED.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def root(tmp_path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def _never(*_: object) -> Path:
    raise AssertionError("nothing is downloaded when a folder is given")


def _contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_copied_set_is_one_that_the_loader_reads(root, copy):
    fetched = fetch("itsc", root, copy, download=_never)
    assert fetched == datasets.Fetched(root / "data/raw/itsc", 3, 52, 3, (), was_there=False)
    dataset, manifest = read_dataset(fetched.folder), read_manifest(fetched.folder)
    assert (dataset.fs_hz, dataset.split_group, dataset.header) == (1000.0, "repetition", False)
    assert set(read_motors(fetched.folder)) == set(manifest["motor_id"]) == {"CM3542"}
    for file in manifest["file"]:
        assert (fetched.folder / file).read_bytes() == PUBLISHED[Path(file).name]


def test_an_altered_file_is_left_out_and_named(root, copy):
    (copy / "SC_HLT_001.csv").write_bytes(b"1,2,3\n4,5,7\n")
    fetched = fetch("itsc", root, copy, download=_never)
    assert (fetched.n_files, fetched.n_published, fetched.n_recordings) == (2, 52, 2)
    assert fetched.left_out == ("SC_HLT_001.csv: its content is not the published one",)
    assert not (fetched.folder / "recordings/SC_HLT_001.csv").exists()
    assert "recordings/SC_HLT_001.csv" not in set(read_manifest(fetched.folder)["file"])


def test_a_copy_of_some_files_gives_a_manifest_of_those(root, copy):
    (copy / "SC_HLT_001.csv").unlink()
    (copy / "notes.txt").write_text("mine")
    fetched = fetch("itsc", root, copy, download=_never)
    assert (fetched.n_files, fetched.left_out) == (2, ())
    listed = pd.read_csv(fetched.folder / "recordings.csv")["file"]
    assert list(listed) == ["recordings/SC_A1_B0_C0_001.csv", "recordings/SC_A0_B0_C4_002.csv"]


def test_a_set_that_is_there_is_not_touched(root, copy):
    folder = fetch("itsc", root, copy, download=_never).folder
    stamp = (folder / "recordings.csv").stat().st_mtime_ns
    assert fetch("itsc", root, copy, download=_never).was_there
    assert (folder / "recordings.csv").stat().st_mtime_ns == stamp
    assert not list((root / ".cache").rglob("*.csv"))


def test_other_content_in_its_place_is_refused_and_stays(root, copy):
    folder = root / "data/raw/itsc"
    folder.mkdir(parents=True)
    (folder / "mine.csv").write_text("work of a week")
    with pytest.raises(DatasetError, match="data/raw/itsc is there already with other content; move it away"):
        fetch("itsc", root, copy, download=_never)
    assert _contents(folder) == {"mine.csv": b"work of a week"}
    assert not list((root / ".cache").rglob("*.csv"))


def test_a_manifest_edited_by_hand_is_other_content(root, copy):
    folder = fetch("itsc", root, copy, download=_never).folder
    with (folder / "recordings.csv").open("a") as stream:
        stream.write("recordings/x.csv,CM3542,,,,,,,\n")
    with pytest.raises(DatasetError, match="other content"):
        fetch("itsc", root, copy, download=_never)


@pytest.mark.parametrize(
    ("name", "folder", "sentence"),
    [
        ("cwru", "a copy", "unknown data set 'cwru'; known are itsc, kaist"),
        ("../itsc", "a copy", "unknown data set '../itsc'; known are itsc, kaist"),
        ("itsc", "nowhere", "nowhere does not exist; give the folder with the files of itsc to --from"),
        ("itsc", "empty", "no published file of itsc in .*empty; expected names like SC_HLT_001.csv"),
    ],
)
def test_a_set_that_cannot_be_had_leaves_nothing_behind(root, copy, name, folder, sentence):
    (copy.parent / "empty").mkdir()
    with pytest.raises(DatasetError, match=sentence):
        fetch(name, root, copy.parent / folder, download=_never)
    assert not list(root.rglob("*.csv"))
    assert not (root / "data").exists()


@pytest.mark.parametrize("error", [OSError("no space left on device"), KeyboardInterrupt()])
def test_a_copy_that_breaks_off_leaves_nothing_behind(root, copy, monkeypatch, error):
    original = datasets.shutil.copyfile

    def breaks_off(source: Path, target: Path) -> None:
        if source.name == "SC_A0_B0_C4_002.csv":
            raise error
        original(source, target)

    monkeypatch.setattr(datasets.shutil, "copyfile", breaks_off)
    with pytest.raises(type(error)):
        fetch("itsc", root, copy, download=_never)
    assert not list(root.rglob("*.csv"))
    assert not (root / "data").exists()


@pytest.fixture
def publisher(copy, monkeypatch):
    """The publisher of the known data set is a server on this machine; gives its folder."""
    handler = functools.partial(_Quiet, directory=copy)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        monkeypatch.setitem(KNOWN, "itsc", replace(KNOWN["itsc"], url=url))
        monkeypatch.setattr("pooch.core.time.sleep", lambda _: None)  # pooch waits longer before every try
        yield copy
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_download_is_what_was_published(root, publisher):
    fetched = fetch("itsc", root, None, download=download_files)
    assert (fetched.n_files, fetched.left_out) == (3, ())
    assert {Path(name).name: c for name, c in _contents(fetched.folder / "recordings").items()} == PUBLISHED


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_download_goes_on_where_it_broke_off(root, publisher):
    (publisher / "SC_A0_B0_C4_002.csv").rename(publisher / "away")
    with pytest.raises(DatasetError, match=r"SC_A0_B0_C4_002.csv could not be downloaded .*404"):
        fetch("itsc", root, None, download=download_files)
    assert not (root / "data").exists()
    (publisher / "away").rename(publisher / "SC_A0_B0_C4_002.csv")
    (publisher / "SC_HLT_001.csv").unlink()  # is here already, so it is not asked for again
    assert fetch("itsc", root, None, download=download_files).n_files == 3


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_download_with_another_checksum_is_one_sentence_and_leaves_nothing(root, publisher):
    (publisher / "SC_HLT_001.csv").write_bytes(b"1,2,3\n4,5,7\n")
    with pytest.raises(DatasetError, match=r"SC_HLT_001.csv could not be downloaded .*hash") as caught:
        fetch("itsc", root, None, download=download_files)
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith("try again, or copy the files and give --from FOLDER")
    assert not list(root.rglob("*.csv"))


def test_without_network_the_sentence_names_the_other_way(root, monkeypatch):
    monkeypatch.setattr("pooch.core.time.sleep", lambda _: None)
    monkeypatch.setitem(KNOWN, "itsc", replace(KNOWN["itsc"], url="http://127.0.0.1:9/"))
    with pytest.raises(DatasetError, match=r"SC_HLT_001.csv could not be downloaded .*give --from FOLDER"):
        fetch("itsc", root, None, download=download_files)


@pytest.mark.parametrize("name", ["kaist", "paderborn", "dataport_bars", "bbim2023"])
def test_a_set_that_is_not_downloaded_says_where_to_get_it_and_on_what_terms(root, name):
    with pytest.raises(DatasetError) as caught:
        fetch(name, root, None, download=download_files)
    known, text = KNOWN[name], str(caught.value)
    assert text.startswith(f"{name} is not downloaded by diagmod; get it from {known.url} (licence: ")
    assert known.description["licence"] in text
    assert known.description["citation"] in text
    assert text.endswith("unpack it and give --from FOLDER")
    assert not (root / "data").exists()


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_every_set_has_a_licence_a_citation_and_a_description_that_the_loader_accepts(tmp_path, known):
    write_yaml(known.description, tmp_path / "dataset.yaml")
    dataset = read_dataset(tmp_path)
    assert dataset.name == known.name
    assert min(map(len, (dataset.title, dataset.licence, dataset.citation))) > 2
    assert dataset.times == "none"


@pytest.mark.parametrize("name", ["kaist", "paderborn", "dataport_bars", "bbim2023"])
def test_a_folder_with_nothing_of_the_set_leaves_nothing_behind(root, copy, name):
    with pytest.raises(
        DatasetError, match=rf"no published file of {name} in .*; expected names like .*SC_A0_B0_C4_002"
    ):
        fetch(name, root, copy, download=_never)
    assert not (root / "data").exists()
    assert not list((root / ".cache").rglob("*.csv"))


def test_without_pooch_the_sentence_names_the_extra(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DatasetError, match=r"needs pooch; install it with `pip install diagmod\[download\]`"):
        fetch("itsc", root, None, download=download_files)


def test_a_fetched_set_is_put_under_dvc_and_stays_out_of_git(root, copy, monkeypatch):
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    git = ["git", "-C", root]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], cwd=root, check=True)
    folder = fetch("itsc", root, copy, download=_never).folder
    track_with_dvc(folder, root)
    assert "nfiles: 6" in (root / "data/raw/itsc.dvc").read_text()  # three recordings, three descriptions
    seen = subprocess.run([*git, "status", "--short", "-uall"], capture_output=True, text=True, check=True).stdout
    assert "data/raw/itsc.dvc" in seen
    assert "recordings" not in seen
    track_with_dvc(folder, root)


def test_a_refusal_of_dvc_is_one_sentence_with_its_reason(root, copy):
    folder = fetch("itsc", root, copy, download=_never).folder
    with pytest.raises(
        DatasetError, match=r"itsc was copied, but `dvc add` refused .*DVC repository.*run it again"
    ) as e:
        track_with_dvc(folder, root)
    assert "\n" not in str(e.value)
