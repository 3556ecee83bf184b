"""The roles that decisions ask for, where the route alone does not settle who may."""

from __future__ import annotations

MANAGER = "area_manager"
PORTFOLIO_MANAGER = "portfolio_manager"
PARTNER = "partner"
