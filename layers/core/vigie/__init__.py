"""Vigie: mention → label → incident → escalation, the code that every function shares."""

__version__ = "0.1.0"
