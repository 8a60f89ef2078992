"""Seals of stored models: a version's folder is opened only when it holds exactly the files that were registered.

A file that was changed, added, removed or replaced by a link is named and nothing is read from the folder. Hashes are
compared before any content is looked at; what is looked at afterwards is JSON, skops or safetensors, none of which can
run code. Limit: who may also write ``registry.json`` can register what he likes, and who changes a file between the
check and the reading is found out by the hashes in ``model.json`` alone.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diagmod.io.hashes import file_sha256
from diagmod.io.model_files import ModelError, load_estimator, read_content, read_facts
from diagmod.io.model_registry import StoredVersion
from diagmod.io.tensor_files import load_tensors

#: Files that the store adds to a model's own.
MADE_HERE = ("metadata.json", "config.yaml", "model_card.md")

#: Kinds of files that a model may consist of.
MODEL_SUFFIXES = (".skops", ".safetensors", ".json")


def files_of(folder: Path, *, follow: bool = False) -> dict[str, str]:
    """SHA-256 of every file of a model's folder, by name.

    Parameters
    ----------
    folder : Path
    follow : bool
        Take a link for the file that it leads to: DVC may link the pipeline's outputs to its cache.

    Raises
    ------
    ModelError
        The folder or something in it is a link, a folder, or no file of a known kind.
    """
    if (folder.is_symlink() and not follow) or not folder.is_dir():
        raise ModelError(f"{_place(folder)} is {_kind(folder)}, not the folder of a model; restore it or take another")
    paths = sorted(folder.iterdir(), key=lambda path: path.name)
    for path in paths:
        if not stat.S_ISREG((path.stat() if follow else path.lstat()).st_mode):
            raise ModelError(f"{path.name} in {_place(folder)} is {_kind(path)}; a model consists of plain files alone")
        if path.suffix not in MODEL_SUFFIXES and path.name not in MADE_HERE:
            raise ModelError(
                f"{path.name} in {_place(folder)} is of no kind that is opened; a model consists of "
                f"{', '.join(MODEL_SUFFIXES)} files"
            )
    return {path.name: file_sha256(path) for path in paths}


def content_hash(files: Mapping[str, str]) -> str:
    """Hash of a model's own files: what :func:`diagmod.io.hashes.hash_paths` gives of the trained folder."""
    digest = hashlib.sha256()
    for name in sorted(set(files) - set(MADE_HERE)):
        digest.update(f"{name}\0".encode() + bytes.fromhex(files[name]))
    return digest.hexdigest()


def check_seal(folder: Path, entry: StoredVersion) -> dict[str, str]:
    """Compare a version's folder with the registry; gives the hashes of its files.

    Raises
    ------
    ModelError
        A file was changed, added, removed or replaced by a link.
    """
    if not folder.exists():
        raise ModelError(f"{_place(folder)} is missing; restore it, or register the model again")
    files, place = files_of(folder), _place(folder)
    expected = entry.files or {name: files.get(name, "") for name in {*files, *MADE_HERE, "model.json"}}
    if missing := sorted(name for name in expected if name not in files):
        raise ModelError(f"{missing[0]} of {place} is missing; restore it, or take another version")
    if added := sorted(set(files) - set(expected)):
        raise ModelError(f"{added[0]} was added to {place} after it was registered; remove it, or take another version")
    if changed := sorted(name for name in files if files[name] != expected[name]):
        raise ModelError(f"{changed[0]} of {place} is not the file that was registered; restore it, or take another")
    if content_hash(files) != entry.content_hash:
        raise ModelError(f"the files of {place} are not those that were registered; restore them, or take another")
    return files


def read_sealed(folder: Path, name: str, files: Mapping[str, str]) -> dict[str, Any]:
    """A JSON file of a checked folder, from the very bytes that were checked.

    Raises
    ------
    ModelError
        The file changed since, or is no JSON mapping.
    """
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != files[name]:
        raise ModelError(f"{name} of {_place(folder)} changed while it was read; try again")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise ModelError(f"{name} of {_place(folder)} is damaged ({exc}); take another version") from exc
    if not isinstance(found, dict):
        raise ModelError(f"{name} of {_place(folder)} describes no model; take another version")
    return found


def prove_loads(folder: Path, files: Mapping[str, str]) -> None:
    """Load every file of a trained model once, by its kind, hash checked first.

    Raises
    ------
    ModelError
        A file is not described by ``model.json``, is damaged, or could run code.
    """
    described = read_facts(folder).get("sha256", {})
    for name in files:
        if name in MADE_HERE or (name != "model.json" and name not in described):
            raise ModelError(f"{name} in {folder.name} is not described by model.json; remove it or train it again")
    if absent := sorted(set(described) - set(files)):
        raise ModelError(f"{absent[0]} in {folder.name} is missing; train the model again")
    for name in described:
        content = read_content(folder, name)[0]
        if name.endswith(".skops"):
            load_estimator(content)
        elif name.endswith(".safetensors"):
            load_tensors(content, name, folder)
        else:
            read_sealed(folder, name, files)


def _place(folder: Path) -> str:
    return f"{folder.parent.name} {folder.name}" if folder.name.startswith("v") else folder.name


def _kind(path: Path) -> str:
    if path.is_symlink():
        return "a link"
    return "a folder" if path.is_dir() else "a file" if path.is_file() else "no file"
