"""Hashes of files and folders."""

from diagmod.io.hashes import file_sha256, hash_paths


def test_sha256_of_abc_is_the_published_one(tmp_path):
    """FIPS 180-2, appendix B.1."""
    (tmp_path / "a").write_bytes(b"abc")
    assert file_sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_hash_depends_on_names_and_contents_but_not_on_place_order_or_compiled_files(tmp_path):
    project, copy = tmp_path / "project", tmp_path / "copy"
    for name in ("b.py", "a.py"):
        for root in (project, copy):
            (root / "src").mkdir(parents=True, exist_ok=True)
            (root / "src" / name).write_text(name)
    (copy / "src/__pycache__").mkdir()
    (copy / "src/__pycache__/a.pyc").write_text("compiled")
    assert hash_paths(["src"], project) == hash_paths(["src"], copy)
    (copy / "src/a.py").rename(copy / "src/c.py")
    assert hash_paths(["src"], project) != hash_paths(["src"], copy)
