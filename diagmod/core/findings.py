"""What a rule of validation found in a recording: what, where, how much, and what to do.

"error" and "critical" keep a recording out of the pipeline, "warning" and "info" go with it. Every finding names
a rule of :mod:`diagmod.core.validation_rules`; there is no other source of findings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Severities in rising order.
SEVERITIES = ("info", "warning", "error", "critical")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as it should be.

    Attributes
    ----------
    rule : str
        Rule that spoke.
    severity : str
        One of ``SEVERITIES``.
    phase : str
        Letters of the phases concerned; empty for the whole recording.
    value, limit : float
        What was measured and what it was held against, both in ``unit``; NaN where the rule has no number.
    unit : str
    message : str
        What, where and how much.
    remedy : str
        What to do.

    Examples
    --------
    >>> Finding(rule="too_short", severity="error", message="1.5 s long", remedy="record for longer").sentence
    '1.5 s long; record for longer'
    """

    rule: str
    severity: str
    phase: str = ""
    value: float = float("nan")
    unit: str = ""
    limit: float = float("nan")
    message: str
    remedy: str

    @property
    def is_fatal(self) -> bool:
        """Whether the recording must go to quarantine."""
        return SEVERITIES.index(self.severity) >= SEVERITIES.index("error")

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, as one sentence."""
        return f"{self.message}; {self.remedy}"


def plain(value: float, digits: int = 3) -> str:
    """A number with its significant digits and without an exponent.

    Examples
    --------
    >>> plain(0.00003), plain(2.5), plain(100.0), plain(1234.6)
    ('0.00003', '2.5', '100', '1235')
    """
    if not abs(value) < 10**digits:
        return f"{value:.0f}"
    return np.format_float_positional(value, precision=digits, unique=False, fractional=False, trim="-")


def beside(value: float, limit: float) -> str:
    """A number with as many digits as tell it from the limit that it breaks.

    Examples
    --------
    >>> beside(20.025, 20.0), beside(1.99999, 2.0), beside(33.333, 1.0)
    ('20.02', '1.99999', '33.3')
    """
    for digits in range(3, 12):
        if float(text := plain(value, digits)) != limit:
            break
    return text


def listed(phases: str) -> str:
    """Letters of phases as a list in words.

    Examples
    --------
    >>> listed("R"), listed("RS"), listed("RST")
    ('R', 'R and S', 'R, S and T')
    """
    return " and ".join(filter(None, (", ".join(phases[:-1]), phases[-1:])))
