"""Log lines and metrics of ingest_webhook, in the shapes that Powertools gives the others.

What strangers can call imports no library but boto3: docs/decisions/0008. One JSON object a line;
CloudWatch takes the metrics out of `_aws`
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}


class Journal:
    """What one function writes: `write` takes a line, `level` is the least severe that is kept."""

    def __init__(
        self, service: str, namespace: str, level: str, write: Callable[[str], object]
    ) -> None:
        self._service = service
        self._namespace = namespace
        self._least = _LEVELS.get(level.upper(), 20)
        self._write = write

    def say(self, level: str, message: str, at: datetime, **facts: object) -> None:
        """One line of the log. `facts` hold ids, counts and our own words."""
        if _LEVELS[level] >= self._least:
            self._line({"level": level, "message": message}, at, facts)

    def count(self, message: str, at: datetime, counts: Mapping[str, int], **facts: object) -> None:
        """One line that is also metrics: each of `counts` with the dimension `service`."""
        directive = {
            "Namespace": self._namespace,
            "Dimensions": [["service"]],
            "Metrics": [{"Name": name, "Unit": "Count"} for name in counts],
        }
        aws = {
            "Timestamp": int(at.timestamp() * 1000),
            "CloudWatchMetrics": [directive],
        }
        self._line({"level": "INFO", "message": message, "_aws": aws} | dict(counts), at, facts)

    def _line(self, line: Mapping[str, object], at: datetime, facts: Mapping[str, object]) -> None:
        whole = {**line, "service": self._service, "timestamp": at.isoformat(), **facts}
        self._write(json.dumps(whole, separators=(",", ":"), default=str))
