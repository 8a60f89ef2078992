"""The rules of a plant: complete, known and sensible, or refused in a sentence that says what is allowed."""

import ast
import math
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from diagmod.core.audit_limits import CALIBRATED
from diagmod.core.audit_rules import AUDIT_RULES, PREFIX
from diagmod.core.findings import SEVERITIES, Finding
from diagmod.core.rulesets import RULES, default_rules, rules_markdown, rules_table, ruleset_from, said_once
from diagmod.core.validation_rules import READING_RULES

ROOT = Path(__file__).parents[2]
DEFAULTS = ruleset_from(default_rules())


def with_rule(rule, **values):
    """The defaults with one rule changed; without values it is left out."""
    rules = default_rules()
    del rules[rule]
    return rules | ({rule: values} if values else {})


# --- the table --------------------------------------------------------------------------------------------------------


def test_every_rule_has_a_name_of_its_own_and_says_what_it_asks_and_what_to_do():
    assert len(RULES) == len(READING_RULES) + len(AUDIT_RULES)
    for rule in RULES.values():
        assert re.fullmatch(r"[a-z][a-z_0-9]+", rule.id)
        assert re.fullmatch(r"[A-Z].{15,}[.?]", rule.asks), rule.id
        assert re.fullmatch(r"[a-z].{8,}[^.]", rule.remedy), rule.id
        assert rule.severity in SEVERITIES, rule.id
        assert (rule.limit is None) == (rule.unit == ""), f"{rule.id}: a limit has a unit and a unit a limit"
        assert set(rule.said_by) <= set(RULES), rule.id


def test_only_rules_of_the_audit_have_its_prefix():
    assert {rule.id for rule in AUDIT_RULES} == {name for name in RULES if name.startswith(PREFIX)}


def test_the_defaults_of_the_audit_are_the_calibrated_limits_each_set_by_one_rule():
    assert DEFAULTS.audit_limits() == CALIBRATED
    assert sorted(rule.audit_limit for rule in AUDIT_RULES if rule.audit_limit) == sorted(vars(CALIBRATED))


def test_the_committed_parameters_name_every_rule_with_the_defaults_of_the_table():
    section = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))["load"]
    assert ruleset_from(section["rules"]) == DEFAULTS


def test_every_rule_is_spoken_somewhere_and_nothing_speaks_without_one():
    """A finding is made by ``RuleSet.finding`` alone, with the name of a rule or with a code of the audit."""
    spoken, makers = set(), set()
    for path in sorted((ROOT / "diagmod").rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            if name == "Finding":
                makers.add(path.name)
            elif name.endswith(".finding") and isinstance(first, str):
                spoken.add(first)
            elif name in ("Reason", "Reason.of") and path.name in (
                "acquisition_findings.py", "acquisition_reasons.py", "clock_reasons.py", "limiting_reasons.py",
            ):  # fmt: skip
                spoken.add(PREFIX + str(first))
    codes_of_two_rules = {"acquisition_unit_doubtful"}
    assert makers == {"rulesets.py"}
    assert spoken - set(RULES) == codes_of_two_rules
    by_name = {"clipped_heavily", "jitter_at_any_rate", "current_above_rated", "current_below_rated"}
    assert set(RULES) - spoken == {PREFIX + name for name in by_name}


def test_an_unknown_rule_makes_no_finding():
    with pytest.raises(KeyError):
        DEFAULTS.finding("too_shrt", "0.1 s long")


def test_a_finding_takes_severity_limit_unit_and_remedy_from_its_rule():
    rules = ruleset_from(with_rule("too_short", severity="critical", limit=5.0))
    assert rules.finding("too_short", "1 s long", value=1.0) == Finding(
        rule="too_short", severity="critical", value=1.0, unit="s", limit=5.0, message="1 s long",
        remedy="record for longer",
    )  # fmt: skip
    silent = rules.finding("reading_note", "a note")
    assert (silent.unit, math.isnan(silent.value), math.isnan(silent.limit)) == ("", True, True)


def test_limits_of_the_audit_come_from_their_rules():
    limits = ruleset_from(with_rule("acquisition_short", severity="warning", limit=4)).audit_limits()
    assert limits.short_s == 4.0
    assert limits.clipped_pct == CALIBRATED.clipped_pct


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_an_unknown_rule_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"knows no rule 'to_short'; 'too_short' is probably meant; allowed are too_"):
        ruleset_from(default_rules() | {"to_short": {"severity": "error", "limit": 2.0}})
    with pytest.raises(ValueError, match=r"knows no rule 7; allowed are too_short, length_mismatch, .*no_mains_freq"):
        ruleset_from(default_rules() | {7: {}})


def test_a_rule_that_is_left_out_is_named_with_what_to_write():
    with pytest.raises(ValueError, match=r"lacks offset; name every rule, as in 'offset: {severity: warning, limit: 5"):
        ruleset_from(with_rule("offset"))
    with pytest.raises(ValueError, match=r"load\.rules lacks too_short, length_mismatch, "):
        ruleset_from({})


@pytest.mark.parametrize("given", [None, [], "strict", 3])
def test_rules_that_are_no_mapping_are_refused(given):
    with pytest.raises(ValueError, match=r"load\.rules must be a mapping of rules, got"):
        ruleset_from(given)
    with pytest.raises(ValueError, match=r"load\.rules\.offset must be a mapping, got .*; write offset: {severity: "):
        ruleset_from(default_rules() | {"offset": given})


@pytest.mark.parametrize("severity", ["fatal", "Error", "", None, 2, ["error"]])
def test_a_severity_that_is_none_is_refused_with_the_four(severity):
    with pytest.raises(ValueError, match=r"offset\.severity must be one of info, warning, error, critical, got "):
        ruleset_from(with_rule("offset", severity=severity, limit=5.0))


@pytest.mark.parametrize("limit", [None, "5", True, math.nan, math.inf, -math.inf, -0.1, [5.0]])
def test_a_limit_that_is_no_finite_number_of_zero_or_more_is_refused(limit):
    with pytest.raises(ValueError, match=r"offset\.limit must be a finite number of 0 or more in %, got .*; write off"):
        ruleset_from(with_rule("offset", severity="error", limit=limit))


def test_a_level_may_be_negative_and_a_limit_whole():
    assert ruleset_from(with_rule("acquisition_high_floor", severity="info", limit=-60)).limits[
        "acquisition_high_floor"
    ] == pytest.approx(-60.0)
    with pytest.raises(ValueError, match=r"high_floor\.limit must be a finite number in dBc, got nan"):
        ruleset_from(with_rule("acquisition_high_floor", severity="info", limit=math.nan))


def test_a_rule_without_a_number_takes_the_severity_alone():
    with pytest.raises(ValueError, match=r"absent_phase takes severity, got 'limit'; leave it out"):
        ruleset_from(with_rule("absent_phase", severity="info", limit=1.0))
    with pytest.raises(ValueError, match=r"too_short takes severity and limit, got 'unit'; leave it out"):
        ruleset_from(with_rule("too_short", severity="info", limit=1.0, unit="s"))


def test_limits_of_which_one_would_never_speak_are_refused():
    with pytest.raises(
        ValueError, match=r"missing\.limit must not be above that of much_missing, got 30 and 20; correct"
    ):
        ruleset_from(with_rule("missing", severity="warning", limit=30.0))
    with pytest.raises(ValueError, match=r"current_below_rated\.limit must not be above that of acquisition_current_"):
        ruleset_from(with_rule("acquisition_current_above_rated", severity="warning", limit=0.05))


def test_a_plant_may_refuse_every_missing_sample():
    assert ruleset_from(with_rule("much_missing", severity="error", limit=0)).limits["much_missing"] == 0.0


# --- shown ------------------------------------------------------------------------------------------------------------


def test_the_table_for_people_has_every_rule_with_what_holds_now():
    rows = {row["rule"]: row for row in rules_table(ruleset_from(with_rule("offset", severity="error", limit=2.5)))}
    assert list(rows) == list(RULES)
    assert (rows["offset"]["severity"], rows["offset"]["limit"], rows["offset"]["unit"]) == ("error", 2.5, "%")
    assert math.isnan(rows["absent_phase"]["limit"])


def test_the_table_in_markdown_has_a_line_a_rule():
    lines = rules_markdown(DEFAULTS).splitlines()
    assert len(lines) == 2 + len(RULES)
    assert lines[2] == "| `too_short` | Is the recording long enough? | error | 2 s | record for longer |"
    assert all(line.count("|") == 6 for line in lines)


# --- said once --------------------------------------------------------------------------------------------------------


def test_what_another_rule_says_of_the_same_phase_is_not_said_again():
    much, few = DEFAULTS.finding("much_missing", "x", phase="R"), DEFAULTS.finding("missing", "x", phase="R")
    assert said_once([few, much]) == [much]
    other = DEFAULTS.finding("missing", "x", phase="S")
    assert said_once([other, much]) == [other, much]
    whole = DEFAULTS.finding("acquisition_offset", "x")
    assert said_once([whole], [DEFAULTS.finding("offset", "x", phase="T")]) == []
    assert said_once([whole], [much]) == [whole]
