"""Vigie: mention → label → incident → escalation, the code that every function shares."""
