"""Experiments: own rules set aside to learn something, until a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from leefwijk.events.event import Event
from leefwijk.events.fields import Identifier, Reason
from leefwijk.events.language.gates import Gate


class ExperimentAgreed(Event, type="nl.leefbaarheid.initiatives.experiment-agreed.v1"):
    """A director agrees that own rules are set aside, to answer a question."""

    experiment: Identifier
    gates: Annotated[tuple[Gate, ...], Field(min_length=1)]
    question: Reason
    """What we want to learn."""
    role: str
    """The role that answers for it."""
    until: date
    """The last day on which it holds."""
    on: date


class ExperimentConcluded(Event, type="nl.leefbaarheid.initiatives.experiment-concluded.v1"):
    """The question is answered; "it did not work" is a full answer."""

    experiment: Identifier
    answer: Reason
    on: date


class ExperimentExpired(Event, type="nl.leefbaarheid.initiatives.experiment-expired.v1"):
    """Its last day passed: the rules hold again, as in any other initiative."""

    experiment: Identifier
    on: date
