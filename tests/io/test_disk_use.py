"""Room on the disk, each file once."""

from __future__ import annotations

import pytest
from handmade_stages import make_built_project

from diagmod.io.disk_use import PLACES, disk_use, free_bytes


@pytest.fixture
def root(tmp_path):
    return make_built_project(tmp_path)


def test_a_linked_file_takes_room_once(root):
    store = root / ".cache/store/ab"
    store.mkdir(parents=True)
    (store / "one").write_bytes(b"x" * 1000)
    (root / "data/raw").mkdir()
    (root / "data/raw/linked").hardlink_to(store / "one")
    rooms = {room.place: room for room in disk_use(root)}
    assert list(rooms) == list(PLACES)
    assert (rooms["data/raw"].n_bytes, rooms["data/raw"].n_files) == (1000, 1)
    assert (rooms[".cache/store"].n_bytes, rooms[".cache/store"].n_files) == (0, 0)
    assert free_bytes(root) > 0
