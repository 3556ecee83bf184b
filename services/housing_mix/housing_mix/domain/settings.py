"""Terms of housing mix; each a choice or an own rule, none of them law."""

from __future__ import annotations

PLAN_MONTHS = 60
"""A demolition plan is concrete only with a date within so many months of its decision."""
RECURS_MONTHS = 12
"""A defect that is back within so many months is the same one."""
