"""Anomaly models on disk: skops for the trees, JSON for the rest, nothing that can run code.

skops writes object addresses and wall-clock dates into its archive, and scikit-learn's tree nodes end in
unused bytes that hold whatever the memory held. All are replaced (addresses by order of appearance, dates
by a fixed one, unused bytes by zeros), so that the same model is the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from diagmod.io.plain_text import write_json

#: Date of every member of an archive: the earliest a zip file can hold.
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)

#: Types beyond skops' own list that a model of ours may contain; all are plain data of scikit-learn.
TRUSTED_TYPES: tuple[str, ...] = ("sklearn.tree._tree.Tree",)

#: What reading a damaged archive can raise, by zipfile, json, numpy and skops.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
)


class ModelError(ValueError):
    """A stored model cannot be used; the message is one sentence."""


def dump_estimator(estimator: Any) -> bytes:
    """A fitted scikit-learn estimator as reproducible bytes."""
    import skops.io  # here, because it loads all of scikit-learn and torch, which pages and commands do without

    source = zipfile.ZipFile(BytesIO(skops.io.dumps(estimator)))
    schema = source.read("schema.json").decode()
    order: dict[str, str] = {}
    schema = re.sub(r'"__id__": (\d+)', lambda m: f'"__id__": {order.setdefault(m[1], str(len(order) + 1))}', schema)
    schema = re.sub(r'"(\d+)\.npy"', lambda m: f'"{order.setdefault(m[1], str(len(order) + 1))}.npy"', schema)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("schema.json", _FIXED_DATE), schema)
        members = {_renumber(name, order): name for name in source.namelist() if name != "schema.json"}
        for new in sorted(members):
            archive.writestr(zipfile.ZipInfo(new, _FIXED_DATE), _without_padding(source.read(members[new])))
    return out.getvalue()


def load_estimator(content: bytes) -> Any:
    """Load an estimator, refusing any type that is not known to be plain data.

    Raises
    ------
    ModelError
        The archive holds an untrusted type or is damaged.
    """
    import skops.io

    try:
        foreign = sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
        estimator = None if foreign else skops.io.loads(content, trusted=list(TRUSTED_TYPES))
    except _DAMAGE as exc:
        raise ModelError(f"the model file is damaged ({exc}); train it again or take an earlier version") from exc
    if foreign:
        raise ModelError(f"the model holds the type {foreign[0]}, which could run code; it is not loaded")
    return estimator


def write_model(folder: Path, estimator: Any, facts: dict[str, Any]) -> None:
    """Write ``model.skops`` and ``model.json`` (everything beside the estimator, and its hash)."""
    write_content(folder, "model.skops", dump_estimator(estimator), facts)


def write_content(folder: Path, name: str, content: bytes, facts: dict[str, Any]) -> None:
    """Write a model's file, and ``model.json`` with its hash."""
    write_contents(folder, {name: content}, facts)


def write_contents(folder: Path, contents: Mapping[str, bytes], facts: dict[str, Any]) -> None:
    """Write the files of a model, and ``model.json`` with the hash of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    write_json({**facts, "sha256": hashes}, folder / "model.json")


def write_no_model(folder: Path, facts: dict[str, Any]) -> None:
    """Write ``model.json`` alone: there is no model, and ``facts["reason"]`` says why."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(facts, folder / "model.json")


def read_facts(folder: Path) -> dict[str, Any]:
    """What ``model.json`` of a model folder says; only with "features" is there a model.

    Raises
    ------
    ModelError
        The file is missing or damaged.
    """
    try:
        facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"no model in {folder.name}: model.json is missing; run `dvc repro`") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as exc:
        raise ModelError(f"model.json in {folder.name} is damaged ({exc}); restore it or retrain the model") from exc
    if not isinstance(facts, dict) or not isinstance(facts.get("sha256", {}), dict):
        raise ModelError(f"model.json in {folder.name} does not describe a model; restore it or retrain the model")
    return facts


def read_model(folder: Path) -> tuple[Any, dict[str, Any]]:
    """Estimator and facts of a model folder, hash checked first.

    Raises
    ------
    ModelError
        A file is missing, or the content is not what ``model.json`` says.
    """
    content, facts = read_content(folder, "model.skops")
    return load_estimator(content), facts


def read_content(folder: Path, name: str) -> tuple[bytes, dict[str, Any]]:
    """Bytes of a model's file and the facts of its folder, hash checked.

    Raises
    ------
    ModelError
        A file is missing, or the content is not what ``model.json`` says.
    """
    facts = read_facts(folder)
    if not (folder / name).is_file():
        raise ModelError(f"no model in {folder.name}: {name} is missing; run `dvc repro`")
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != facts.get("sha256", {}).get(name):
        raise ModelError(f"{name} in {folder.name} is not the file that model.json describes; restore or retrain it")
    return content, facts


def _renumber(name: str, order: dict[str, str]) -> str:
    stem, dot, ending = name.partition(".")
    return f"{order.get(stem, stem)}{dot}{ending}"


def _without_padding(content: bytes) -> bytes:
    """A stored array with the unused bytes of its records set to zero; any other member as it is."""
    if not content.startswith(np.lib.format.MAGIC_PREFIX):
        return content
    array = np.load(BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    out = BytesIO()
    np.save(out, clean, allow_pickle=False)
    return out.getvalue()
