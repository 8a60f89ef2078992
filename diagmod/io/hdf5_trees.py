"""The datasets of an HDF5 file, walked without leaving it and without believing what it declares.

A file can name other files (external links, external storage, virtual datasets), ask for code (filters from plugins)
and declare terabytes that it does not hold. Those are refused, and links are not followed. A chunk that
was never written would be read as zeros, which nobody measured, so it is refused too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagmod.io.named_arrays import NamedArray, is_rate_name, squeezed
from diagmod.io.reader_sources import Source
from diagmod.io.refusals import UnreadableRecording, first_line, too_large

#: What the library raises on damage.
DAMAGE = (
    OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, MemoryError,
    NotImplementedError, RecursionError,
)  # fmt: skip

#: Objects and depth that are walked at most; a measurement has far fewer.
MAX_OBJECTS, MAX_DEPTH = 20_000, 16

#: Filters that HDF5 and h5py bring themselves: deflate, shuffle, fletcher32, szip, nbit, scale-offset, lzf.
_FILTERS = (1, 2, 3, 4, 5, 6, 32000)

_UNITS = ("unit", "units")
_STARTS = ("started_at", "start_time", "starttime", "timestamp", "date", "created_at")


@dataclass
class Tree:
    """What was found in a file.

    Attributes
    ----------
    source : Source
    separator : str
        Between the parts of a full name.
    arrays : list of NamedArray
        Of real numbers, with more than one value.
    rates : dict of float
        Numbers named as sampling rates, in Hz.
    left : list of str
        What was left out, with its kind.
    """

    source: Source
    separator: str
    arrays: list[NamedArray] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """A note of what was left out."""
        if not self.left:
            return []
        shown = repr(", ".join(self.left[:8])[:240])[1:-1] + (", ..." if len(self.left) > 8 else "")
        return [f"{len(self.left)} object(s) that are no plain numbers were left out: {shown}"]


def walk(group: Any, source: Source, is_hidden: Callable[[str], bool]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Name parts, object and the groups' attributes of every dataset and group, each once.

    Yields the link itself in place of an object that lies behind a link.

    Raises
    ------
    UnreadableRecording
        There are too many objects, or they nest too deep.
    """
    import h5py

    seen = {int(h5py.h5o.get_info(group.id).addr)}
    todo: list[tuple[tuple[str, ...], Any, dict[str, Any]]] = [((), group, {})]
    while todo:
        parts, found, inherited = todo.pop(0)
        attributes = {**inherited, **_attributes(found)}
        for name in found:
            if len(seen) > MAX_OBJECTS or len(parts) > MAX_DEPTH:
                raise UnreadableRecording(
                    f"{source.name} nests more than {MAX_OBJECTS} objects or {MAX_DEPTH} groups; export one recording"
                )
            path = (*parts, name)
            if is_hidden(name):
                continue
            link = found.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                yield path, link, attributes
                continue
            child = found[name]
            if (address := h5py.h5o.get_info(child.id).addr) in seen:
                continue
            seen.add(address)
            yield path, child, attributes
            if isinstance(child, h5py.Group):
                todo.append((path, child, attributes))


def add_dataset(tree: Tree, path: str, name: str, dataset: Any, inherited: dict[str, Any]) -> None:
    """Note a dataset as an array, a rate, or left out."""
    shape = squeezed(dataset.shape or ())
    fields = dataset.dtype.names
    if dataset.shape is None or (dataset.dtype.kind not in "iuf" and not fields):
        tree.left.append(f"{path} ({dataset.dtype if dataset.shape is not None else 'empty'})")
        return
    if math.prod(shape) <= 1 or 0 in dataset.shape:
        if (
            is_rate_name(name)
            and dataset.size == 1
            and not fields
            and np.isfinite(value := float(_read(tree, path, dataset).reshape(())[()]))
        ):
            tree.rates[path] = value
        return
    attributes = {**inherited, **_attributes(dataset)}
    own = _attributes(dataset)
    tree.arrays.append(
        NamedArray(
            path=path, name=name, shape=shape, load=lambda: _read(tree, path, dataset), fs=_stated_rate(attributes),
            unit=next((_word(own[key]) for key in _UNITS if key in own), ""), started_at=_stated_start(attributes),
        )
    )  # fmt: skip


def add_link(tree: Tree, path: str, link: Any) -> None:
    """Leave out a soft link; refuse a link to another file."""
    if hasattr(link, "filename"):
        raise UnreadableRecording(
            f"{tree.source.name} links {path} to another file, which is not followed; export it into one file"
        )
    tree.left.append(f"{path} (link)")


def _read(tree: Tree, path: str, dataset: Any) -> NDArray[Any]:
    """The numbers of a dataset after every check.

    Raises
    ------
    UnreadableRecording
        It lies elsewhere, needs a plugin, is larger than allowed, was not written whole, or is damaged.
    """
    name = tree.source.name
    if 8 * math.prod(dataset.shape) > tree.source.max_bytes:
        raise too_large(f"{path} in {name}", tree.source.max_bytes)
    creation = dataset.id.get_create_plist()
    if dataset.is_virtual or creation.get_external_count():
        raise UnreadableRecording(
            f"{path} in {name} lies in another file, which is not opened; export the recording into one file"
        )
    filters = [int(creation.get_filter(k)[0]) for k in range(creation.get_nfilters())]
    if unknown := [code for code in filters if code not in _FILTERS]:
        raise UnreadableRecording(
            f"{path} in {name} is compressed by the filter {unknown[0]}, which needs a plugin and is not loaded; save "
            "it with gzip"
        )
    if dataset.chunks is not None:
        expected = math.prod(-(-n // step) for n, step in zip(dataset.shape, dataset.chunks, strict=True))
        written = dataset.id.get_num_chunks()
    else:
        expected, written = 1, int(dataset.id.get_storage_size() > 0)
    if written < expected:
        raise UnreadableRecording(
            f"{path} in {name} was written to {written} of {expected} parts; it was interrupted: cut it there"
        )
    try:
        return np.asarray(dataset[()])
    except DAMAGE as exc:
        raise UnreadableRecording(f"{path} in {name} is damaged ({first_line(exc)}); copy the file again") from exc


def _attributes(found: Any) -> dict[str, Any]:
    """Small attributes by their names in small letters."""
    return {
        name.casefold(): found.attrs[name]
        for name in list(found.attrs)[:256]
        if name.casefold() in (*_UNITS, *_STARTS) or is_rate_name(name)
    }


def _stated_rate(attributes: dict[str, Any]) -> float | None:
    for key, value in attributes.items():
        if is_rate_name(key) and np.size(value) == 1 and np.asarray(value).dtype.kind in "iuf":
            rate = float(np.reshape(value, ())[()])
            return rate if np.isfinite(rate) else None
    return None


def _stated_start(attributes: dict[str, Any]) -> datetime | None:
    """Time in UTC of an attribute that is a date with its zone."""
    for key in _STARTS:
        try:
            start = datetime.fromisoformat(_word(attributes.get(key, "")))
            return start.astimezone(UTC) if start.tzinfo else None
        except (ValueError, OverflowError):
            continue
    return None


def _word(value: object) -> str:
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(())[()]
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
