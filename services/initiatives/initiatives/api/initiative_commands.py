"""`/v1/initiatives`: a line per command."""

from __future__ import annotations

from initiatives.domain.assessing import AssessGates, OverrideGate, WithdrawGateOverride
from initiatives.domain.changing import ChangeInitiative
from initiatives.domain.co_funding import PromiseCoFunding, SettleCosts, WithdrawCoFunding
from initiatives.domain.correcting import CorrectSpending
from initiatives.domain.deciding import (
    AskClarification,
    RecordClarification,
    WithdrawSupportRequest,
)
from initiatives.domain.effect import EvaluateEffect
from initiatives.domain.ending import EndSupport
from initiatives.domain.experiment import AgreeExperiment, ConcludeExperiment
from initiatives.domain.going_on import (
    ContinueInitiative,
    ProposeAnotherRound,
    ReportProgress,
    StopInitiative,
)
from initiatives.domain.greening import (
    CorrectGreening,
    PlanGreening,
    RealiseGreening,
    RecordGreeningLoss,
)
from initiatives.domain.handing_over import HandOverInitiative
from initiatives.domain.initiative import Initiative
from initiatives.domain.life import CompleteInitiative, ProposeInitiative, StartInitiative
from initiatives.domain.meeting import RecordMeetingActivity
from initiatives.domain.referral import (
    AcceptInitiativeReferral,
    AssessResponsibility,
    ReferInitiative,
    ReturnInitiativeReferral,
)
from initiatives.domain.roles import (
    AgreeCorporationRole,
    AnswerCorporationRole,
    RegisterSelfReliant,
)
from initiatives.domain.spending import EnterObligation, RecordSpending
from initiatives.domain.support import DeclineSupport, GrantSupport, RequestSupport
from initiatives.domain.topping_up import TopUpSupport
from initiatives.knowledge.areas import known_area
from initiatives.knowledge.gathering import gates_for_support, responsibility
from initiatives.knowledge.parties import known_party
from initiatives.knowledge.places import meeting_places
from leefwijk.service.commands import Commands
from leefwijk.service.roles import Role

WORKER = Role.NEIGHBOURHOOD_WORKER
MANAGER = Role.AREA_MANAGER
DIRECTOR = Role.AREA_DIRECTOR
EITHER = (WORKER, MANAGER)

commands = Commands("/initiatives", Initiative, tag="initiatives")
commands.create("", ProposeInitiative, role=WORKER, knows=known_area)
commands.post("/{initiativeId}/changes", ChangeInitiative, role=WORKER, knows=gates_for_support)
commands.post(
    "/{initiativeId}/gate-assessments",
    AssessGates,
    role=(WORKER, MANAGER),
    knows=gates_for_support,
)
commands.post(
    "/{initiativeId}/gate-overrides", OverrideGate, role=DIRECTOR, knows=gates_for_support
)
commands.post("/{initiativeId}/gate-override-withdrawals", WithdrawGateOverride, role=DIRECTOR)
commands.post("/{initiativeId}/corporation-roles", AgreeCorporationRole, role=WORKER)
commands.post("/{initiativeId}/support-requests", RequestSupport, role=WORKER, knows=meeting_places)
commands.post("/{initiativeId}/support-grants", GrantSupport, role=MANAGER, knows=gates_for_support)
commands.post(
    "/{initiativeId}/support-top-ups", TopUpSupport, role=MANAGER, knows=gates_for_support
)
commands.post("/{initiativeId}/support-refusals", DeclineSupport, role=MANAGER)
commands.post("/{initiativeId}/expenses", RecordSpending, role=WORKER)
commands.post("/{initiativeId}/starts", StartInitiative, role=WORKER)
commands.post("/{initiativeId}/completions", CompleteInitiative, role=WORKER)
commands.post("/{initiativeId}/self-reliance", RegisterSelfReliant, role=WORKER)
commands.post("/{initiativeId}/role-answers", AnswerCorporationRole, role=(WORKER, Role.RESIDENT))
commands.post(
    "/{initiativeId}/responsibility-assessments",
    AssessResponsibility,
    role=EITHER,
    knows=responsibility,
)
commands.post("/{initiativeId}/referrals", ReferInitiative, role=EITHER, knows=known_party)
commands.post("/{initiativeId}/referral-acceptances", AcceptInitiativeReferral, role=Role.PARTNER)
commands.post("/{initiativeId}/referral-returns", ReturnInitiativeReferral, role=Role.PARTNER)
commands.post("/{initiativeId}/request-withdrawals", WithdrawSupportRequest, role=WORKER)
commands.post("/{initiativeId}/questions", AskClarification, role=MANAGER)
commands.post("/{initiativeId}/answers", RecordClarification, role=WORKER)
commands.post("/{initiativeId}/support-endings", EndSupport, role=MANAGER)
commands.post("/{initiativeId}/obligations", EnterObligation, role=WORKER)
commands.post("/{initiativeId}/expense-corrections", CorrectSpending, role=WORKER)
commands.post("/{initiativeId}/pledges", PromiseCoFunding, role=Role.PARTNER)
commands.post("/{initiativeId}/pledge-withdrawals", WithdrawCoFunding, role=Role.PARTNER)
commands.post("/{initiativeId}/settlements", SettleCosts, role=MANAGER)
commands.post("/{initiativeId}/meeting-activities", RecordMeetingActivity, role=WORKER)
commands.post("/{initiativeId}/green-plans", PlanGreening, role=WORKER)
commands.post("/{initiativeId}/green-results", RealiseGreening, role=WORKER)
commands.post("/{initiativeId}/green-corrections", CorrectGreening, role=WORKER)
commands.post("/{initiativeId}/green-losses", RecordGreeningLoss, role=WORKER)
commands.post("/{initiativeId}/experiments", AgreeExperiment, role=DIRECTOR)
commands.post("/{initiativeId}/experiment-conclusions", ConcludeExperiment, role=WORKER)
commands.post("/{initiativeId}/progress-reports", ReportProgress, role=WORKER)
commands.post("/{initiativeId}/effect-evaluations", EvaluateEffect, role=MANAGER)
commands.post("/{initiativeId}/continuations", ContinueInitiative, role=MANAGER)
commands.post("/{initiativeId}/stops", StopInitiative, role=EITHER)
commands.post("/{initiativeId}/hand-overs", HandOverInitiative, role=WORKER)
commands.post("/{initiativeId}/rounds", ProposeAnotherRound, role=WORKER)
