"""The version of the shapes that are stored: code reads the present one and the one before."""

STATE_VERSION = 1
