"""What a measurement prints."""

import json
import sys


def print_json(figures: object) -> None:
    """One JSON document on standard output."""
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")
