"""The API's handler behind HTTP on 127.0.0.1, for browsers."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.handlers.http import LambdaContext, a_request

_ROUTES = ((r"^/incidents/[^/]+", "/incidents/{id}"), (r"^/a/[^/]+", "/a/{token}"))


@contextmanager
def served(handler, alter=lambda path, headers, body: body):
    """The address of a server that answers with `handler`; `alter` may change a body."""

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer("GET")

        def do_POST(self):
            self.answer("POST")

        def answer(self, method):
            size = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(size).decode()
            url = urlsplit(self.path)
            route = url.path
            for pattern, shape in _ROUTES:
                route = re.sub(pattern, shape, route)
            event = a_request(method, url.path, route=route, query=dict(parse_qsl(url.query)))
            event["headers"].update({name.lower(): value for name, value in self.headers.items()})
            if "json" in self.headers.get("Content-Type", ""):
                event["body"] = json.dumps(json.loads(sent))
            answer = handler(event, LambdaContext())
            headers = answer["headers"] | {
                name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()
            }
            body = alter(url.path, headers, answer["body"]).encode()
            self.send_response(answer["statusCode"])
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
