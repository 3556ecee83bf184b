"""Terms of participation that readers of its facts judge by as well: a choice, in days."""

from __future__ import annotations

HELD_DAYS = 7
"""Within which a held moment is recorded (PAR-24)."""
FEEDBACK_DAYS = 28
"""Within which people hear what was done with what they said (PAR-25)."""
