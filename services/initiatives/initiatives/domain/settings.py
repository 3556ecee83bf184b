"""Terms and thresholds of initiatives; each a choice or an own rule, none of them law."""

from __future__ import annotations

from datetime import timedelta

REVIEW_TERM = timedelta(days=14)
"""So long a grant whose ground was not so may wait for its review."""
