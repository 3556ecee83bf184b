"""Terms and thresholds of participation; each a choice or an own rule, unless a law is named."""

from __future__ import annotations

from datetime import timedelta

from leefwijk.events.language.participation.terms import FEEDBACK_DAYS, HELD_DAYS

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

FORMS = 2
"""So many different forms a trajectory has at least (PAR-21)."""
DAYPARTS = 2
"""So many different times of the day or week at least (PAR-21)."""
EVENING_FROM = 17
"""The hour, local, from which a weekday is an evening (PAR-21)."""
HELD_TERM = timedelta(days=HELD_DAYS)
"""So long after a moment it is recorded what became of it (PAR-24)."""
FEEDBACK_TERM = timedelta(days=FEEDBACK_DAYS)
"""So long after a moment people hear what was done with what they said (PAR-25)."""

ANSWERED_PARTS = 3
"""One in so many of the homes answers before there is an agreement (PAR-28)."""
AGREEING_PARTS = 2
"""More than one in so many of those who answer agrees (PAR-28)."""
REVIEW_MONTHS = 12
"""So long after it was made or reviewed residents look at an agreement again (PAR-28)."""
STEP_TERM = timedelta(days=14)
"""So long people have to improve between two steps of addressing (PAR-29)."""
