"""Terms and thresholds of the gates; each an own rule or a choice, none of them law."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

HOUSEHOLDS_FOR_COLLECTIVE_INTEREST = 5
"""From so many households on it is a collective interest."""
SMALL_SUPPORT = Decimal("500.00")
"""Euros asked for an initiative in a calendar year up to which support is small."""
STALE_AFTER = timedelta(hours=24)
"""So long after the last proof that everything was read, knowledge is called stale."""
EFFECTS_OF_ADVICE_AFTER_DAYS = 3
"""Days after the tenants received the reasons before a decision may take effect (law)."""
