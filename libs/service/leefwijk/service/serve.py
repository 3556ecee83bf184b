"""Serving an app: one process, a loop of its own, and an orderly end on SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from types import FrameType
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from leefwijk.service import garbage
from leefwijk.service.settings import Environment, ServiceSettings

NOTICE_SECONDS = {Environment.DEVELOPMENT: 0.0, Environment.PRODUCTION: 5.0}
"""How long readiness says no before the door closes, so that a load balancer has noticed."""


class _Server(uvicorn.Server):
    """On SIGTERM: readiness false first, then no new connections, then what is in flight ends."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, notice: float) -> None:
        super().__init__(config)
        self._leaving = app
        self._notice = notice

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave; a second signal does not wait."""
        draining = self._leaving.state.draining
        if draining.started or sig == signal.SIGINT or not self._notice:
            draining.started = True
            super().handle_exit(sig, frame)
            return
        draining.started = True
        asyncio.get_running_loop().call_later(self._notice, super().handle_exit, sig, frame)


def serve(app: FastAPI, settings: ServiceSettings, **config: Any) -> None:
    """Serve until told to stop."""
    garbage.settle()
    server = _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            loop="uvloop",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=25,
            backlog=2048,
            **config,
        ),
        app,
        NOTICE_SECONDS[settings.environment],
    )
    uvloop.run(server.serve())
