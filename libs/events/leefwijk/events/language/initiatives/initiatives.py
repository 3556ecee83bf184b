"""The words of before by one name; they stand in a module per subject."""

from __future__ import annotations

from leefwijk.events.language.initiatives.life import (
    InitiativeChanged,
    InitiativeCompleted,
    InitiativeProposed,
    InitiativeStarted,
    Taker,
)
from leefwijk.events.language.initiatives.roles import CorporationRole, CorporationRoleAgreed
from leefwijk.events.language.initiatives.spending import SpendingRecorded
from leefwijk.events.language.initiatives.support import (
    FirstGate,
    FirstGateOutcome,
    GateAnswer,
    GrantedLine,
    RequestLine,
    SupportDeclined,
    SupportGranted,
    SupportKind,
    SupportRequested,
)
from leefwijk.events.language.initiatives.support_terms import SupportToppedUp

__all__ = [
    "CorporationRole",
    "CorporationRoleAgreed",
    "FirstGate",
    "FirstGateOutcome",
    "GateAnswer",
    "GrantedLine",
    "InitiativeChanged",
    "InitiativeCompleted",
    "InitiativeProposed",
    "InitiativeStarted",
    "RequestLine",
    "SpendingRecorded",
    "SupportDeclined",
    "SupportGranted",
    "SupportKind",
    "SupportRequested",
    "SupportToppedUp",
    "Taker",
]
