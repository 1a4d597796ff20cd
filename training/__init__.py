"""Labelled posts → the weights that the classifier ships with. Never imported by it."""
