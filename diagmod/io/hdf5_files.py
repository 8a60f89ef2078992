"""HDF5 files: datasets by their path, with rate, unit and start from the attributes beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from diagmod.io.column_tables import Table
from diagmod.io.hdf5_trees import DAMAGE, Tree, add_dataset, add_link, walk
from diagmod.io.named_arrays import table_of_arrays
from diagmod.io.reader_sources import Reader, Source, begins_with
from diagmod.io.refusals import UnreadableRecording, first_line


def read_hdf5(source: Source) -> Table:
    """Columns of the datasets that are one recording.

    Raises
    ------
    UnreadableRecording
        The file is damaged, too large, points to other files, or holds several recordings.
    """
    import h5py

    tree = Tree(source, "/")
    with opened(source, "an HDF5 file") as file:
        for parts, found, inherited in walk(file, source, lambda name: False):
            if isinstance(found, h5py.Dataset):
                add_dataset(tree, "/".join(parts), parts[-1], found, inherited)
            elif not isinstance(found, h5py.Group):
                add_link(tree, "/".join(parts), found)
        return table_of_arrays(tree.arrays, source, "HDF5", rates=tree.rates, notes=tree.notes())


@contextmanager
def opened(source: Source, what: str) -> Iterator[Any]:
    """An HDF5 file, whose damage becomes a sentence.

    Raises
    ------
    UnreadableRecording
        The file is damaged.
    """
    import h5py

    try:
        if source.path is not None and source.unpacked is None:
            with h5py.File(source.path, "r", locking=False) as file:
                yield file
        else:
            with source.open() as stream, h5py.File(stream, "r") as file:
                yield file
    except UnreadableRecording:
        raise
    except DAMAGE as exc:
        raise UnreadableRecording(
            f"{source.name} is {what} that is damaged ({first_line(exc)}); copy it again, or export the currents as CSV"
        ) from exc


#: How these files are told and read.
HDF5 = Reader(
    name="HDF5", what="an HDF5 file", suffixes=(".h5", ".hdf5", ".hdf", ".he5"),
    recognises=begins_with(b"\x89HDF\r\n\x1a\n"), read=read_hdf5, modules=("h5py",), extra="hdf5",
)  # fmt: skip
