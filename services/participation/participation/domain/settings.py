"""Terms and thresholds of participation; each a choice or an own rule, unless a law is named."""

from __future__ import annotations

from datetime import timedelta

WISH_PARTS = 4
"""A level is the wish of a group when one in so many of its ladder reaches it (PAR-03)."""
VALID_MONTHS = 12
"""So long a check counts after the last asking (PAR-09)."""
VALID_MONTHS_UNANSWERED = 6
"""So long where nobody answered (PAR-05)."""
EXPIRY_NOTICE = timedelta(days=28)
"""So long before its last day the end of a check is announced (PAR-09)."""
UNDER_REACHED_PARTS = 2
"""A group is hardly heard where its share is below one in so many of the one expected (PAR-07)."""
OWED_TERM = timedelta(days=28)
"""So long after an override residents are still to be asked (PAR-15)."""
