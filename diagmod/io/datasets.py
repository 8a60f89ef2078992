"""Data sets that can be had: from a folder that holds a copy, or by download with checksums.

A data set is put together beside its place and moved there whole. Where checksums were published, files with another
one are left out and named: a label must not be joined to a signal it was not made for. The user's folder is only read.
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

from diagmod.io import itsc
from diagmod.io.dataset_files import DatasetError
from diagmod.io.hashes import file_sha256, hash_paths
from diagmod.io.plain_text import write_yaml
from diagmod.io.public_sets import bbim2023, dataport_bars, kaist, paderborn
from diagmod.io.public_sets.prepared import RECORDINGS, Adapter, Prepared

_CHECKSUMS = Path(__file__).parent / "checksums"


@dataclass(frozen=True)
class KnownDataset:
    """A published data set and how its files become one of ours.

    Attributes
    ----------
    name : str
    description : dict
        Content of ``dataset.yaml``, with licence and citation.
    url : str
        Where its files are published.
    n_published : int
        How many they are.
    example : str
        What one of them is called.
    prepare : callable or None
        Adapter for a folder that the user downloaded; None for a set with published checksums, which can be downloaded.
    """

    name: str
    description: dict[str, Any]
    url: str
    n_published: int
    example: str
    prepare: Adapter | None = None

    def checksums(self) -> dict[str, str]:
        """SHA-256 of every published file by name."""
        lines = (_CHECKSUMS / f"{self.name}.txt").read_text(encoding="utf-8").split("\n")
        return dict(line.split() for line in lines if line)


def _adapted(module: Any) -> KnownDataset:
    description = module.DESCRIPTION
    return KnownDataset(
        description["name"], description, module.URL, module.N_PUBLISHED, module.EXAMPLE, module.prepare
    )


KNOWN = {
    "itsc": KnownDataset("itsc", itsc.DESCRIPTION, itsc.URL, itsc.N_PUBLISHED, itsc.EXAMPLE),
    **{module.DESCRIPTION["name"]: _adapted(module) for module in (kaist, paderborn, dataport_bars, bbim2023)},
}


@dataclass(frozen=True)
class Fetched:
    """What was put into ``data/raw``.

    Attributes
    ----------
    folder : Path
    n_files, n_published, n_recordings : int
        Published files that it stands on, all published ones, and recordings in it.
    left_out : tuple of str
        What of the user's folder is not in it: name, colon, reason.
    was_there : bool
        Whether it was there already, the same.
    originals : Path or None
        Folder of the user that it refers to, and that must stay; None where the files are in the data set.
    """

    folder: Path
    n_files: int
    n_published: int
    n_recordings: int
    left_out: tuple[str, ...]
    was_there: bool
    originals: Path | None = None


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
        The name is unknown, no file of the set is there, it cannot be downloaded, or ``data/raw/NAME`` holds something
        else.
    """
    if name not in KNOWN:
        raise DatasetError(f"unknown data set {name!r}; known are {', '.join(KNOWN)}")
    known = KNOWN[name]
    workshop = root / ".cache" / "datasets" / name
    draft, target = workshop / "draft", root / "data" / "raw" / name
    folder = source if source else download(known, workshop / "download")
    try:
        prepared = _assemble(known, folder, draft)
        fetched = partial(
            Fetched, target, prepared.n_files, known.n_published, len(prepared.rows), prepared.left_out,
            originals=prepared.originals,
        )  # fmt: skip
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(target)
            return fetched(was_there=False)
        if hash_paths(["."], draft) != hash_paths(["."], target):
            raise DatasetError(f"data/raw/{name} is there already with other content; move it away and try again")
        return fetched(was_there=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def download_files(known: KnownDataset, folder: Path) -> Path:
    """Download every published file that is not there yet; needs the extra ``download``.

    Raises
    ------
    DatasetError
        The set is not downloaded by diagmod, pooch is missing, or a file cannot be had.
    """
    if known.prepare is not None:
        about = known.description
        raise DatasetError(
            f"{known.name} is not downloaded by diagmod; get it from {known.url} (licence: {about['licence']}; "
            f"cite: {about['citation']}), unpack it and give --from FOLDER"
        )
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


def _assemble(known: KnownDataset, folder: Path, draft: Path) -> Prepared:
    """Make the folder of a data set: recordings, unless they stay elsewhere, and the three files that describe them."""
    shutil.rmtree(draft, ignore_errors=True)
    (draft / RECORDINGS).mkdir(parents=True)
    prepared = (known.prepare or partial(_copied, known))(folder, draft)
    if prepared.rows.empty:
        raise DatasetError(_nothing_found(known, folder, prepared.left_out))
    description = dict(known.description)
    if prepared.originals is not None:
        (draft / RECORDINGS).rmdir()
        description["originals"] = str(prepared.originals)
    write_yaml(description, draft / "dataset.yaml")
    write_yaml({"motors": prepared.motors}, draft / "motors.yaml")
    prepared.rows.to_csv(draft / "recordings.csv", index=False, lineterminator="\n")
    return prepared


def _copied(known: KnownDataset, folder: Path, draft: Path) -> Prepared:
    """Published files of a folder, by their checksums, copied into a draft."""
    if not folder.is_dir():
        raise DatasetError(f"folder {folder} does not exist; give the folder with the files of {known.name} to --from")
    good, left_out = [], []
    for name, digest in known.checksums().items():
        file = folder / name
        if file.is_file() and file_sha256(file) == digest:
            shutil.copyfile(file, draft / RECORDINGS / name)
            good.append(name)
        elif file.is_file():
            left_out.append(f"{name}: its content is not the published one")
    return Prepared(itsc.manifest(good), len(good), tuple(left_out), itsc.MOTORS)


def _nothing_found(known: KnownDataset, folder: Path, left_out: tuple[str, ...], most: int = 3) -> str:
    reasons = "; ".join(left_out[:most]) + (f"; and {len(left_out) - most} more" if len(left_out) > most else "")
    found = f" ({reasons})" if left_out else ""
    return f"no published file of {known.name} in {folder}; expected names like {known.example}{found}"
