"""Sends calls straight to moto's service, one at a time.

moto tries the address patterns of all its services on every call, and is not made for threads. Here
the service of an address is looked up once, and a lock keeps the calls of two threads apart.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto import backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.exceptions import HTTPException
from moto.core.request import normalize_request

# Services whose every call goes to one method, whatever the path.
_SERVICES = ("dynamodb", "sns", "sqs", "ssm")
Answer = tuple[int, Any, Any]


@contextmanager
def direct_dispatch(lock: RLock) -> Iterator[None]:
    """Put this in place of moto's own search for the service."""
    original = BotocoreStubber.process_request
    methods: dict[str, Callable[..., Answer] | None] = {}

    def process_request(self: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        host = urlsplit(request.url).netloc
        if host not in methods:
            methods[host] = _method_of(host)
        method = methods[host]
        with lock:
            if method is None:
                return original(self, request)
            normalized = normalize_request(request)
            try:
                return method(normalized, normalized.raw_url, normalized.headers)
            except HTTPException as error:
                return error.code, error.get_headers(), error.get_body()

    with patch.object(BotocoreStubber, "process_request", process_request):
        yield


def _method_of(host: str) -> Callable[..., Answer] | None:
    for service in _SERVICES:
        if re.fullmatch(rf"(\d+\.)?({service}|ddb)\.[a-z0-9-]+\.amazonaws\.com", host):
            name = "dynamodb" if "ddb." in host else service
            backend = backends.get_backend(name)[DEFAULT_ACCOUNT_ID]["us-east-1"]
            method: Callable[..., Answer] = next(iter(backend.urls.values()))
            return method
    return None
