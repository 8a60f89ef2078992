"""MATLAB files: variables, fields of structures and elements of cells by their dotted names.

Versions 5 to 7 are taken apart by :mod:`diagmod.io.matlab_elements`, version 7.3 is an HDF5 file. Objects,
functions and sparse matrices are left out: their meaning is code of MATLAB.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from diagmod.io.column_tables import Table
from diagmod.io.hdf5_files import opened
from diagmod.io.hdf5_trees import MAX_DEPTH, MAX_OBJECTS, Tree, add_dataset, add_link, walk
from diagmod.io.matlab_elements import MatlabElements, Value
from diagmod.io.named_arrays import NamedArray, is_rate_name, squeezed, table_of_arrays
from diagmod.io.reader_sources import Reader, Source, begins_with
from diagmod.io.refusals import UnreadableRecording


def read_matlab(source: Source) -> Table:
    """Columns of the variables of version 5 to 7 that are one recording.

    Raises
    ------
    UnreadableRecording
        The file is damaged or too large, or holds several recordings or none.
    """
    elements, tree = MatlabElements(source), Tree(source, ".")
    for value in elements.variables():
        if value.name:  # what has no name is MATLAB's own
            _add_value(tree, elements, value.name, value.name, value, 0)
    return table_of_arrays(tree.arrays, source, "MAT 5", rates=tree.rates, notes=tree.notes())


def read_matlab_73(source: Source) -> Table:
    """Columns of the variables of version 7.3 that are one recording.

    Raises
    ------
    UnreadableRecording
        As of :func:`read_matlab`, or the file points to other files.
    """
    import h5py

    tree = Tree(source, ".")
    with opened(source, "a MATLAB file of version 7.3") as file:
        for parts, found, _ in walk(file, source, lambda name: name.startswith("#")):
            path = ".".join(parts)
            if isinstance(found, h5py.Dataset):
                _add_dataset(tree, file, path, parts[-1], found, 0)
            elif isinstance(found, h5py.Group):
                if "MATLAB_sparse" in found.attrs:
                    tree.left.append(f"{path} (sparse)")
            else:
                add_link(tree, path, found)
        arrays = [array for array in tree.arrays if not _is_inside_left(array.path, tree)]
        return table_of_arrays(arrays, source, "MAT 7.3", rates=tree.rates, notes=tree.notes())


def _is_inside_left(path: str, tree: Tree) -> bool:
    return any(
        path.startswith(f"{left.removesuffix(' (sparse)')}.") for left in tree.left if left.endswith(" (sparse)")
    )


def _add_value(tree: Tree, elements: MatlabElements, path: str, name: str, value: Value, depth: int) -> None:
    """Note numbers, and those in structures and cells; everything else is left out."""
    if len(tree.arrays) + len(tree.left) > MAX_OBJECTS or depth > MAX_DEPTH:
        raise UnreadableRecording(
            f"{tree.source.name} nests more than {MAX_OBJECTS} values or {MAX_DEPTH} structures; save one recording"
        )
    if value.numbers is not None:
        _add_numbers(tree, path, name, value.numbers)
    elif value.kind == "cell":
        for k, part in enumerate(value.parts, start=1):
            _add_value(tree, elements, f"{path}{{{k}}}", f"{name}{{{k}}}", elements.value(part), depth + 1)
    elif value.kind == "struct":
        for k, part in enumerate(value.parts):
            inside = path if value.n_elements == 1 else f"{path}({k // len(value.fields) + 1})"
            field = value.fields[k % len(value.fields)]
            _add_value(tree, elements, f"{inside}.{field}", field, elements.value(part), depth + 1)
    elif value.kind not in ("char", "empty"):
        tree.left.append(f"{path} ({value.kind})")


def _add_numbers(tree: Tree, path: str, name: str, value: Any) -> None:
    if value.size > 1:
        tree.arrays.append(NamedArray(path=path, name=name, shape=squeezed(value.shape), load=lambda: value))
    elif value.size == 1 and is_rate_name(name) and np.isfinite(rate := float(value.reshape(())[()])):
        tree.rates[path] = rate


def _add_dataset(tree: Tree, file: Any, path: str, name: str, dataset: Any, depth: int) -> None:
    """Note a dataset of version 7.3 by its class in MATLAB."""
    import h5py

    stated = dataset.attrs.get("MATLAB_class", b"")
    kind = stated.decode("latin-1") if isinstance(stated, bytes) else str(stated)
    if "MATLAB_empty" in dataset.attrs or depth > MAX_DEPTH:
        return
    if h5py.check_ref_dtype(dataset.dtype) is h5py.Reference:
        if dataset.size > MAX_OBJECTS:
            raise UnreadableRecording(
                f"{tree.source.name} has more than {MAX_OBJECTS} cells in {path}; save one recording"
            )
        mark = "{%d}" if kind == "cell" else "(%d)"
        for k, reference in enumerate(dataset[()].reshape(-1), start=1):
            _add_reference(
                tree, file, path + mark % k, name + mark % k if kind == "cell" else name, reference, depth + 1
            )
    elif kind in ("", "double", "single", *(f"{sign}int{n}" for sign in ("", "u") for n in (8, 16, 32, 64))):
        if "MATLAB_object_decode" in dataset.attrs:
            tree.left.append(f"{path} (object)")
        else:
            add_dataset(tree, path, name, dataset, {})
    elif kind != "char":
        tree.left.append(f"{path} ({kind})")


def _add_reference(tree: Tree, file: Any, path: str, name: str, reference: Any, depth: int) -> None:
    import h5py

    if not reference:
        return
    found = file[reference]
    if len(tree.arrays) + len(tree.left) > MAX_OBJECTS:
        raise UnreadableRecording(f"{tree.source.name} nests more than {MAX_OBJECTS} values; save one recording")
    if isinstance(found, h5py.Dataset):
        _add_dataset(tree, file, path, name, found, depth)
    elif isinstance(found, h5py.Group) and "MATLAB_sparse" not in found.attrs and depth <= MAX_DEPTH:
        for field in found:
            if isinstance(found.get(field, getlink=True), h5py.HardLink):
                child = found[field]
                if isinstance(child, h5py.Dataset):
                    _add_dataset(tree, file, f"{path}.{field}", field, child, depth + 1)


#: How these files are told and read.
MATLAB = Reader(
    name="MAT 5", what="a MATLAB file", suffixes=(".mat",), recognises=begins_with(b"MATLAB 5.0 MAT-file"),
    read=read_matlab,
)  # fmt: skip
MATLAB_73 = Reader(
    name="MAT 7.3", what="a MATLAB file of version 7.3", suffixes=(".mat",),
    recognises=begins_with(b"MATLAB 7.3 MAT-file"), read=read_matlab_73, modules=("h5py",), extra="matlab",
)  # fmt: skip
