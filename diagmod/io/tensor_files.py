"""Numbers of models as safetensors: names and arrays, nothing that can run code; same numbers, same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diagmod.io.model_files import ModelError, read_content

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


def dump_tensors(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays by name as reproducible bytes."""
    from safetensors.numpy import save  # here, because pages and commands do without

    return save({name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)})


def load_tensors(content: bytes, name: str, folder: Path) -> dict[str, NDArray[Any]]:
    """Arrays by name.

    Parameters
    ----------
    content : bytes
    name : str
        File that they are from, for the message.
    folder : Path

    Raises
    ------
    ModelError
        The content is no safetensors file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return load(content)
    except SafetensorError as exc:
        raise ModelError(f"{name} in {folder.name} is damaged ({exc}); restore it or train the model again") from exc


def read_tensors(folder: Path, name: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays of a model's file and the facts of its folder, hash checked first.

    Raises
    ------
    ModelError
        The file is missing, damaged, or not the one that ``model.json`` describes.
    """
    content, facts = read_content(folder, name)
    return load_tensors(content, name, folder), facts
