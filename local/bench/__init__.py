"""Measurements: each compares within one run, prints JSON, and its figures go into docs/."""
