"""Signals and fleets with known truth; numpy only."""
