"""boto3 clients that give up before their function does."""

from typing import Any

import boto3
from botocore.config import Config

# boto3 waits for a minute by default, longer than any function of the chain may run: a connection
# that hangs would cost the whole invocation, and withhold its messages for the queue's timeout.
PATIENT = Config(
    connect_timeout=1,
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 3},
)


def aws(service: str) -> Any:
    """A client for `service`, region and credentials from the environment."""
    return boto3.client(service, config=PATIENT)
