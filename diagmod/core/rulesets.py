"""Rules of validation as a plant sets them: every rule with its severity and its number.

The section ``load.rules`` of params.yaml names every rule once, so that what stands there is what holds; one
that is missing, unknown or without sense is refused before a file is read.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from diagmod.core.audit_limits import AuditLimits
from diagmod.core.audit_rules import AUDIT_RULES
from diagmod.core.findings import SEVERITIES, Finding
from diagmod.core.validation_rules import READING_RULES, Rule

#: Every rule by its name, in the order of the documentation.
RULES: dict[str, Rule] = {rule.id: rule for rule in (*READING_RULES, *AUDIT_RULES)}

#: Pairs of rules of which the first must not have the larger limit, for otherwise it never speaks, or always.
_RISING = (
    ("missing", "much_missing"),
    ("acquisition_few_repeats", "acquisition_samples_repeated"),
    ("acquisition_clipped", "acquisition_clipped_heavily"),
    ("acquisition_current_below_rated", "acquisition_current_above_rated"),
)


@dataclass(frozen=True)
class RuleSet:
    """Severity and limit of every rule.

    Attributes
    ----------
    severities : mapping of rule to severity
    limits : mapping of rule to float
        In the unit of the rule; only rules with a number.
    """

    severities: Mapping[str, str]
    limits: Mapping[str, float]

    def finding(
        self, rule: str, message: str, *, phase: str = "", value: float = math.nan, limit: float | None = None
    ) -> Finding:
        """A finding of a rule with its severity, limit, unit and remedy.

        Parameters
        ----------
        rule : str
            Name of the rule.
        message : str
            What, where and how much.
        phase : str
            Letters of the phases concerned.
        value : float
            Measured figure in the unit of the rule.
        limit : float, optional
            What it was held against, where that is not the rule's limit.

        Raises
        ------
        KeyError
            There is no such rule.
        """
        known = RULES[rule]
        return Finding(
            rule=rule,
            severity=self.severities[rule],
            phase=phase,
            value=value,
            unit=known.unit,
            limit=self.limits.get(rule, math.nan) if limit is None else limit,
            message=message,
            remedy=known.remedy,
        )

    def audit_limits(self) -> AuditLimits:
        """Limits of the audit of the waveform."""
        return AuditLimits(**{rule.audit_limit: self.limits[rule.id] for rule in AUDIT_RULES if rule.audit_limit})


def ruleset_from(mapping: Mapping[str, Mapping[str, object]]) -> RuleSet:
    """The rules as a section of params.yaml sets them.

    Parameters
    ----------
    mapping : mapping of rule to mapping
        ``severity`` of every rule, and ``limit`` of those that have a number, in the unit of the rule.

    Raises
    ------
    ValueError
        A rule is missing or unknown, or a severity or limit is none; one sentence that names what is allowed.

    Examples
    --------
    >>> rules = ruleset_from(default_rules() | {"too_short": {"severity": "warning", "limit": 5}})
    >>> rules.severities["too_short"], rules.limits["too_short"]
    ('warning', 5.0)
    """
    if not isinstance(mapping, Mapping):
        raise ValueError(f"load.rules must be a mapping of rules, got {mapping!r}; copy it from data/README.md")
    for name in mapping:
        if name not in RULES:
            close = get_close_matches(str(name), RULES, n=1, cutoff=0.6)
            hint = f"; {close[0]!r} is probably meant" if close else ""
            raise ValueError(f"load.rules knows no rule {name!r}{hint}; allowed are {', '.join(RULES)}")
    if lacking := [name for name in RULES if name not in mapping]:
        raise ValueError(
            f"load.rules lacks {', '.join(lacking)}; name every rule, as in {_written(RULES[lacking[0]])!r}"
        )
    severities = {name: _severity(name, mapping[name]) for name in RULES}
    limits = {name: _limit(rule, mapping[name]) for name, rule in RULES.items() if rule.limit is not None}
    for low, high in _RISING:
        if limits[low] > limits[high]:
            raise ValueError(
                f"load.rules.{low}.limit must not be above that of {high}, got {limits[low]:g} and {limits[high]:g}; "
                "correct one of the two"
            )
    return RuleSet(severities, limits)


def default_rules() -> dict[str, dict[str, str | float]]:
    """A section ``load.rules`` with the defaults of the table."""
    return {
        rule.id: {"severity": rule.severity} | ({} if rule.limit is None else {"limit": rule.limit})
        for rule in RULES.values()
    }


def rules_table(rules: RuleSet) -> list[dict[str, str | float]]:
    """The rules as rows for people: rule, asks, severity, limit (NaN for none), unit and remedy."""
    return [
        {
            "rule": rule.id, "asks": rule.asks, "severity": rules.severities[rule.id],
            "limit": rules.limits.get(rule.id, math.nan), "unit": rule.unit, "remedy": rule.remedy,
        }
        for rule in RULES.values()
    ]  # fmt: skip


def rules_markdown(rules: RuleSet) -> str:
    """The same as a table in Markdown."""
    lines = ["| rule | asks | severity | limit | what to do |", "|---|---|---|---|---|"]
    for row in rules_table(rules):
        limit = "" if math.isnan(float(row["limit"])) else f"{row['limit']:g} {row['unit']}"
        lines.append(f"| `{row['rule']}` | {row['asks']} | {row['severity']} | {limit} | {row['remedy']} |")
    return "\n".join(lines) + "\n"


def said_once(found: Iterable[Finding], beside: Collection[Finding] = ()) -> list[Finding]:
    """Findings without those that another rule says with more detail.

    Parameters
    ----------
    found : iterable of Finding
    beside : collection of Finding
        What was found elsewhere; it is heeded and not returned.
    """
    found = list(found)
    said = {(other.rule, other.phase) for other in (*found, *beside)}
    return [
        one for one in found
        if not any(rule in RULES[one.rule].said_by and one.phase in ("", phase) for rule, phase in said)
    ]  # fmt: skip


def _severity(name: str, given: object) -> str:
    if not isinstance(given, Mapping):
        raise ValueError(f"load.rules.{name} must be a mapping, got {given!r}; write {_written(RULES[name])}")
    allowed = {"severity"} if RULES[name].limit is None else {"severity", "limit"}
    if unknown := [key for key in given if key not in allowed]:
        raise ValueError(
            f"load.rules.{name} takes {' and '.join(sorted(allowed, reverse=True))}, got {unknown[0]!r}; leave it out"
        )
    if given.get("severity") not in SEVERITIES:
        raise ValueError(
            f"load.rules.{name}.severity must be one of {', '.join(SEVERITIES)}, got {given.get('severity')!r}; "
            f"write {_written(RULES[name])}"
        )
    return str(given["severity"])


def _limit(rule: Rule, given: Mapping[str, object]) -> float:
    value = given.get("limit")
    least = -math.inf if rule.unit == "dBc" else 0.0
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value < least:  # type: ignore[arg-type, operator]
        kind = "a finite number" if rule.unit == "dBc" else "a finite number of 0 or more"
        raise ValueError(
            f"load.rules.{rule.id}.limit must be {kind} in {rule.unit}, got {value!r}; write {_written(rule)}"
        )
    return float(value)  # type: ignore[arg-type]


def _written(rule: Rule) -> str:
    """A rule with its defaults, as it stands in params.yaml."""
    limit = "" if rule.limit is None else f", limit: {rule.limit}"
    return f"{rule.id}: {{severity: {rule.severity}{limit}}}"
