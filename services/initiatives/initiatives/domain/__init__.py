"""The pure core: states, commands, decisions and evolutions."""

# a state is never without its evolutions
from initiatives.domain import (  # noqa: F401
    asset,
    co_funding,
    correcting,
    deciding,
    effect,
    ending,
    experiment,
    gate_evolutions,
    going_on,
    greening,
    handing_over,
    meeting,
    referral,
    roles,
    spending,
)
