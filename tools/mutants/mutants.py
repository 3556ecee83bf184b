"""The planted bugs: what people get wrong in systems like this one, at least two per promise."""

from __future__ import annotations

from tools.mutants.read_models import READ_MODELS
from tools.mutants.recovers import RECOVERS
from tools.mutants.store import STORE
from tools.mutants.topics import TOPICS
from tools.mutants.visible import VISIBLE

INVARIANTS = {
    1: "every acknowledged event is in the store exactly once, and none that was refused",
    2: "every event reaches its topics at least once, first occurrences in order per stream",
    3: "every read model is the pure fold of the events, but for parked streams, read `held`",
    4: "nothing is answered as visible before it is",
    5: "everything recovers by itself, and readiness told the truth",
}

MUTANTS = (*STORE, *TOPICS, *READ_MODELS, *VISIBLE, *RECOVERS)
