"""Data sets that can be had: from a folder that holds a copy, or by download with checksums.

A data set is put together beside its place and moved there whole. Files whose checksum is not the
published one are left out and named: a label must not be joined to a signal it was not made for.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from diagmod.io import itsc
from diagmod.io.dataset_files import DatasetError
from diagmod.io.hashes import file_sha256, hash_paths
from diagmod.io.plain_text import write_yaml

_CHECKSUMS = Path(__file__).parent / "checksums"


@dataclass(frozen=True)
class KnownDataset:
    """A published data set and how its files become one of ours."""

    name: str
    description: dict[str, Any]
    motors: list[dict[str, Any]]
    url: str
    manifest: Callable[[list[str]], pd.DataFrame]

    def checksums(self) -> dict[str, str]:
        """SHA-256 of every published file by name."""
        lines = (_CHECKSUMS / f"{self.name}.txt").read_text(encoding="utf-8").split("\n")
        return dict(line.split() for line in lines if line)


KNOWN = {"itsc": KnownDataset("itsc", itsc.DESCRIPTION, itsc.MOTORS, itsc.URL, itsc.manifest)}


@dataclass(frozen=True)
class Fetched:
    """What was put into ``data/raw``."""

    folder: Path
    n_files: int
    n_published: int
    left_out: tuple[str, ...]
    was_there: bool


def fetch(name: str, root: Path, source: Path | None, *, download: Callable[[KnownDataset, Path], Path]) -> Fetched:
    """Put a data set into ``data/raw/NAME``.

    Parameters
    ----------
    name : str
        One of :data:`KNOWN`.
    root : Path
        The project.
    source : Path or None
        Folder that holds a copy of the published files, or some of them; None downloads them.
    download : callable
        Gets the data set and a folder, gives the folder with the files (:func:`download_files`).

    Raises
    ------
    DatasetError
        The name is unknown, no file of the set is there, or ``data/raw/NAME`` holds something else.
    """
    if name not in KNOWN:
        raise DatasetError(f"unknown data set {name!r}; known are {', '.join(KNOWN)}")
    known = KNOWN[name]
    workshop = root / ".cache" / "datasets" / name
    draft, target = workshop / "draft", root / "data" / "raw" / name
    good, left_out = _pick(known, source if source else download(known, workshop / "download"))
    fetched = partial(Fetched, target, len(good), len(known.checksums()), tuple(left_out))
    try:
        _assemble(known, good, draft)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(target)
            return fetched(False)
        if hash_paths(["."], draft) != hash_paths(["."], target):
            raise DatasetError(f"data/raw/{name} is there already with other content; move it away and try again")
        return fetched(True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def download_files(known: KnownDataset, folder: Path) -> Path:
    """Download every published file that is not there yet; needs the extra ``download``."""
    try:
        import pooch
    except ImportError:
        raise DatasetError("a download needs pooch; install it with `pip install diagmod[download]`") from None
    from requests.exceptions import RequestException

    registry = {file: f"sha256:{digest}" for file, digest in known.checksums().items()}
    shelf = pooch.create(path=folder, base_url=known.url, registry=registry, retry_if_failed=2)
    for file in registry:
        try:
            shelf.fetch(file)
        except (RequestException, ValueError, OSError) as exc:
            first = str(exc).split("\n")[0]
            raise DatasetError(
                f"{file} could not be downloaded ({first}); try again, or copy the files and give --from FOLDER"
            ) from exc
    return folder


def track_with_dvc(folder: Path, root: Path) -> None:
    """Put a raw data set under DVC, so that experiments in other folders find it.

    Raises
    ------
    DatasetError
        DVC refused, for example because a run holds its lock.
    """
    command = [sys.executable, "-m", "dvc", "add", str(folder.relative_to(root))]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in result.stderr.split("\n") if line.strip()]
        told = [line for line in lines if line.startswith("ERROR: ")] or lines or ["no reason given"]
        reason = told[-1].removeprefix("ERROR: ").rstrip(".")
        raise DatasetError(f"{folder.name} was copied, but `dvc add` refused ({reason}); run it again when DVC is free")


def _assemble(known: KnownDataset, files: list[Path], draft: Path) -> None:
    """Make the folder of a data set: the recordings and the three files that describe them."""
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "recordings").mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, draft / "recordings" / file.name)
    write_yaml(known.description, draft / "dataset.yaml")
    write_yaml({"motors": known.motors}, draft / "motors.yaml")
    known.manifest([file.name for file in files]).to_csv(draft / "recordings.csv", index=False, lineterminator="\n")


def _pick(known: KnownDataset, folder: Path) -> tuple[list[Path], list[str]]:
    """Published files of a folder, and what was left out with the reason."""
    if not folder.is_dir():
        raise DatasetError(f"folder {folder} does not exist; give the folder with the files of {known.name} to --from")
    good, left_out = [], []
    for name, digest in known.checksums().items():
        file = folder / name
        if file.is_file() and file_sha256(file) == digest:
            good.append(file)
        elif file.is_file():
            left_out.append(f"{name}: its content is not the published one")
    if not good:
        expected = next(iter(known.checksums()))
        raise DatasetError(f"no published file of {known.name} in {folder}; expected names like {expected}")
    return good, left_out
