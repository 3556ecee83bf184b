"""Makes the modules that specifications share importable."""

from __future__ import annotations

import sys
from pathlib import Path

for room in ("domain", "api"):  # for *_kit.py, which are no tests
    sys.path.append(str(Path(__file__).parent / room))
