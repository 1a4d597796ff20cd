"""Handlers name their metrics' namespace when they are imported, as in Lambda."""

import os

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Vigie")
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "test")
