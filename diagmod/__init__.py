"""diagmod: a reproducible workbench for current diagnostics of induction motors.

Layers import one way: core <- sim <- io <- models <- views.
"""

__version__ = "0.1.0"
