"""Names and numbers: what is a version, and which number rises."""

from __future__ import annotations

import pytest

from diagmod.io.model_files import ModelError
from diagmod.io.model_versions import ModelName, Traits, checked_family, checked_version, next_version, version_key

BEFORE = Traits("forest", ["a", "b"], {"n": 2, "groups": ["time"]})


@pytest.mark.parametrize(
    ("now", "version"),
    [
        (Traits("forest", ["a", "b"], {"n": 2, "groups": ["time"]}), "1.4.3"),
        (Traits("forest", ["a", "b"], {"n": 3, "groups": ["time"]}), "1.5.0"),
        (Traits("forest", ["a", "b"], {"n": 2}), "1.5.0"),
        (Traits("svm", ["a", "b"], {"n": 2, "groups": ["time"]}), "1.5.0"),
        (Traits("forest", ["a"], {"n": 2, "groups": ["time"]}), "2.0.0"),
        (Traits("forest", ["b", "a"], {"n": 2, "groups": ["time"]}), "2.0.0"),
        (Traits("svm", ["a", "b", "c"], {}), "2.0.0"),
    ],
)
def test_features_raise_major_settings_and_type_minor_the_rest_patch(now, version):
    assert next_version("1.4.2", BEFORE, now) == version


def test_a_type_that_an_early_store_did_not_state_counts_as_the_same():
    assert next_version("1.0.9", Traits("", ["a"], {}), Traits("forest", ["a"], {})) == "1.0.10"


def test_versions_are_sorted_as_numbers_not_as_text():
    assert sorted(["1.10.0", "1.9.9", "2.0.0", "1.9.10"], key=version_key) == ["1.9.9", "1.9.10", "1.10.0", "2.0.0"]


@pytest.mark.parametrize("text", ["anomaly@1.2.0", "anomaly@v1.2.0"])
def test_a_version_is_named_with_or_without_its_v(text):
    assert ModelName.parse(text) == ModelName("anomaly", "1.2.0")
    assert str(ModelName.parse(text)) == "anomaly@1.2.0"


@pytest.mark.parametrize("text", ["anomaly", "anomaly@latest"])
def test_a_name_alone_is_the_version_in_use(text):
    assert ModelName.parse(text) == ModelName("anomaly", "")


@pytest.mark.parametrize(
    "name",
    ["", "..", "../x", "a/b", "/etc", "a b", "A", "1a", "a\x00", "a\n", "a.b", "~", "-x", "x" * 65, "ä", "a\\b", "."],
)
def test_what_is_no_name_never_becomes_a_path(name):
    with pytest.raises(ModelError, match=r"is no name of a model; it is made of small letters"):
        checked_family(name)
    with pytest.raises(ModelError, match=r"is no name of a model"):
        ModelName.parse(f"{name}@1.0.0")


@pytest.mark.parametrize(
    "version",
    ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "-1.0.0", "1.0.0/..", "../1.0.0", "1.0.0\n", "٣.0.0", "vv1.0.0",
     "1.0.0 ", "1" * 12 + ".0.0", "V1.0.0"],
)  # fmt: skip
def test_what_is_no_version_never_becomes_a_path(version):
    with pytest.raises(ModelError, match=r"is no version; it is three numbers, as in 1.2.0"):
        checked_version(version)
    with pytest.raises(ModelError, match=r"is no version"):
        ModelName.parse(f"anomaly@{version}")
