"""Terms and thresholds of initiatives; each a choice or an own rule, none of them law."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

REVIEW_TERM = timedelta(days=14)
"""So long a grant whose ground was not so may wait for its review."""

SHORT_TERM_UP_TO = Decimal("500.00")
"""Euros requested, valued materials included, that are decided in the short term."""
SHORT_DECISION_TERM = timedelta(weeks=4)
DECISION_TERM = timedelta(weeks=6)
"""So long a decision on more than that may take; it pauses while the takers are asked."""

REFERRAL_TERM = timedelta(weeks=4)
"""So long a party may take to answer a referral."""

LATE_INVOICES = timedelta(weeks=8)
"""So long bills for orders are waited for after support ended."""

EVALUATION_TERM = timedelta(weeks=12)
"""So long after completion the effect is looked back at."""
