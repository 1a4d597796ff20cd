"""Unzipped size of each layer and function, as JSON: what Lambda limits to 250 MB together."""

import json
import sys
from pathlib import Path

from artefacts import functions, layers

LIMIT = 250 * 1024 * 1024


def size(folder: Path) -> int:
    """Bytes of the files below `folder`; caches do not ship."""
    files = (it for it in folder.rglob("*") if "__pycache__" not in it.parts)
    return sum(it.stat().st_size for it in files if it.is_file())


def main() -> int:
    of_layers = {name: size(folder) for name, folder in layers().items()}
    together = {
        it.stage: size(it.code) + sum(of_layers[layer.name] for layer in it.layers)
        for it in functions()
    }
    report = {
        "layers_bytes": of_layers,
        "functions_bytes": {it.stage: size(it.code) for it in functions()},
        "function_with_its_layers_bytes": together,
        "limit_bytes": LIMIT,
    }
    print(json.dumps(report, indent=2))
    return 1 if max(together.values()) > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
