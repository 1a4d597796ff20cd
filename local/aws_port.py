"""AWS on 127.0.0.1: any SDK, and `sam local invoke`, can use the stack that this process holds."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

_REFUSAL = b'{"__type": "UnknownService", "message": "the local stack has no such service"}'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        address = _address(self.headers.get("authorization", ""))
        answer = None
        if address is not None:
            headers = HTTPHeaders()
            for name, value in self.headers.items():
                headers[name] = value
            url = f"https://{address}{self.path}"
            request = AWSPreparedRequest("POST", url, headers, body, stream_output=False)
            answer = botocore_stubber.process_request(request)
        self._write(*(answer or (400, {}, _REFUSAL)))

    def _write(self, status: int, headers: Any, body: str | bytes) -> None:
        encoded = body.encode("utf-8") if isinstance(body, str) else body
        self.send_response(status)
        for name, value in dict(headers).items():
            if name.lower() not in ("content-length", "server", "date"):
                self.send_header(name, str(value))
        self.send_header("content-length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the terminal belongs to what the stack does."""


def _address(authorization: str) -> str | None:
    """The service that a signed request is meant for, whatever address it came to."""
    # Credential=KEY/20261122/eu-west-3/sqs/aws4_request, …
    scope = authorization.partition("Credential=")[2].split(",")[0].split("/")
    if len(scope) != 5:
        return None
    _, _, region, service, _ = scope
    return f"{service}.{region}.amazonaws.com"


def serve_aws(port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1 (port 0 picks one); the caller runs `serve_forever`.

    Calls come in past the roles, as an administrator's. The queues do not wait: a long poll
    answers at once.
    """
    return ThreadingHTTPServer(("127.0.0.1", port), _Handler)
