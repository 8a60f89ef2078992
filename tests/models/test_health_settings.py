"""Settings of health are checked before anything is judged."""

from __future__ import annotations

import pytest
from handmade_health import committed_settings, given

from diagmod.models.health_settings import HealthSettings
from diagmod.models.risk_scale import Ladder


def test_settings_are_read_from_a_section_of_params():
    settings = HealthSettings.of(given(look_back=4))
    assert settings.look_back == 4
    assert settings.ladders.broken_bars == Ladder(0.0, 0.5, 1.0, 2.0, 4.0)


def test_the_committed_settings_are_valid():
    assert committed_settings().look_back >= 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"look_back": 1}, "look_back must be at least 2 recordings, got 1; one alone decides nothing"),
        ({"limited_knowledge": 1.5}, "limited_knowledge must lie between 0 and 1, got 1.5"),
        ({"unmeasured_risk": 10}, "unmeasured_risk must lie between 25 and 100 %, got 10"),
        ({"lookback": 3}, "health has no entry 'lookback'; allowed are look_back,"),
        ({"ladders": 3}, "health.ladders must be a mapping of broken_bars, .*, got 3"),
        ({"ladders": {}}, "health.ladders lacks 'broken_bars'; give broken_bars,"),
    ],
)
def test_a_wrong_entry_is_refused_in_one_sentence(changed, said):
    with pytest.raises(ValueError, match=said):
        HealthSettings.of(given(**changed))


def test_a_missing_entry_is_named():
    with pytest.raises(ValueError, match="health lacks 'look_back'"):
        HealthSettings.of({name: value for name, value in given().items() if name != "look_back"})


@pytest.mark.parametrize("rung", [5.0, "much", None])
def test_a_ladder_that_does_not_rise_is_named(rung):
    ladders = given()["ladders"]
    ladders["anomaly"] = {**ladders["anomaly"], "watch": rung}
    with pytest.raises(ValueError, match=r"health\.ladders\.anomaly: "):
        HealthSettings.of(given(ladders=ladders))
