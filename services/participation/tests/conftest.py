"""Makes the modules that specifications share importable."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "domain"))  # for *_kit.py, which are no tests
