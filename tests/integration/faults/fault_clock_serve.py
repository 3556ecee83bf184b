"""Serve a service with a clock that is wrong: `fault_clock_serve.py initiatives -3600`.

The composition root takes the clock as an argument; this is the real one, some seconds off.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from leefwijk.events.clock import system_clock
from leefwijk.service.cli.common import definition_of, settings_of
from leefwijk.service.serve import serve

definition = definition_of(sys.argv[1])
shift = timedelta(seconds=float(sys.argv[2]))
settings = settings_of(definition)
serve(definition.app(settings, clock=lambda: system_clock() + shift), settings)
