"""Health and metrics of the worker, on a thread of its own: they answer while the loop is busy."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import make_wsgi_app

STILL_SECONDS = 10.0
"""A loop that has not turned for this long is stuck."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Requests for health are nobody's news."""


class Health:
    """`/livez`, `/readyz` and `/metrics` of a process without a web server of its own."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.wrong: dict[str, str] = {"starting": "not yet consuming"}
        self._turned = time.monotonic()
        self._metrics = make_wsgi_app()
        self._server = make_server(host, port, self._answer, handler_class=_Quiet)
        threading.Thread(target=self._server.serve_forever, daemon=True, name="health").start()

    def started(self) -> None:
        """The worker consumes."""
        self.wrong.pop("starting", None)

    def beat(self) -> None:
        """The loop turned."""
        self._turned = time.monotonic()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                answer: Iterable[bytes] = self._metrics(environ, start)
                return answer
            case "/livez":
                wrong = {} if self._turns() else {"loop": "has not turned"}
            case _:
                wrong = dict(self.wrong) if self._turns() else {"loop": "has not turned"}
        status = "503 Service Unavailable" if wrong else "200 OK"
        start(status, [("Content-Type", "application/json")])
        return [json.dumps({"ready": not wrong, "wrong": wrong}).encode()]

    def _turns(self) -> bool:
        return time.monotonic() - self._turned < STILL_SECONDS
