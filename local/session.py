"""A boto3 session that makes each client once, so that cold starts cost nothing."""

from typing import Any

import boto3


class CachingSession(boto3.Session):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._clients: dict[str, Any] = {}

    def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
        options = {
            name: getattr(value, "_user_provided_options", value) for name, value in kwargs.items()
        }
        key = f"{service_name} {args} {sorted(options.items())}"
        if key not in self._clients:
            self._clients[key] = super().client(service_name, *args, **kwargs)
        return self._clients[key]
