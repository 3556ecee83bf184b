"""Where residents made an agreement: a moment they came to, or a panel they answered (PAR-28)."""

from __future__ import annotations

from dataclasses import dataclass

from participation.domain.trajectory_forms import SENT
from participation.domain.trajectory_moment import Moment
from participation.domain.wish_panel import PanelStatus, WishPanel


@dataclass(frozen=True)
class KnownOrigin:
    """What is known of the moment or panel that an agreement is said to come from."""

    moment: Moment | None = None
    panel: WishPanel | None = None
    here: bool = False
    """Whether its area and that of the agreement share ground."""

    @property
    def doubt(self) -> str | None:
        """In a sentence, why residents did not make it there; none: they did."""
        if self.moment is None and self.panel is None:
            return "There is no such moment or panel."
        if not self.here:
            return "It was about another area; those who live here were not heard there."
        if self.moment is not None and (self.moment.carries is None or self.moment.form in SENT):
            return "No resident is known to have been there."
        if self.panel is not None and self.panel.status is not PanelStatus.CLOSED:
            return "The panel is still open; what comes of it is not known yet."
        if self.panel is not None and not any(one.answers.total for one in self.panel.tally):
            return "No resident answered that panel."
        return None
