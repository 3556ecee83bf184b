"""Indicators keep their meaning (MON-20); partners are organisations in municipalities (MON-33)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from leefwijk.events.language.monitoring.indicators import (
    Direction,
    IndicatorDefined,
    IndicatorRetired,
    IndicatorRevised,
)
from leefwijk.events.language.monitoring.partners import (
    PartnerKind,
    PartnerLeftMunicipality,
    PartnerRegistered,
)
from leefwijk.events.testing import Specification, given
from monitoring.domain.indicator import (
    DefineIndicator,
    Indicator,
    IndicatorUse,
    RetireIndicator,
    ReviseIndicator,
)
from monitoring.domain.partner import EndPartnerMunicipality, Partner, RegisterPartner

MEANING: dict[str, Any] = {
    "label": "Lonely (18 and over)",
    "label_nl": "Eenzaam (18 jaar en ouder)",
    "unit": "percent",
    "direction": Direction.LOWER,
    "dimension": "participation",
    "source": "RIVM, GGD'en en CBS",
    "note": "model estimate",
}
LONELY = IndicatorDefined(**MEANING)


def define(**more: Any) -> DefineIndicator:
    """The indicator of loneliness, or one that differs in this."""
    return DefineIndicator(**{"indicator": "rivm-eenzaam-18plus", **MEANING, **more})


@pytest.fixture
def in_use() -> Specification:
    """16,572 areas have figures of 2020."""
    return given(LONELY).knowing(IndicatorUse(16572, "2020"))


class TestIndicators:
    def test_the_same_definition_again_records_nothing(self) -> None:
        """MON-20: an import may name its indicators every time."""
        given().when(define()).then(LONELY).when(define()).nothing()

    def test_a_dimension_is_one_that_people_know(self) -> None:
        """MON-20: `comfort` is refused, naming the five, the six and `own`."""
        for dimension in ("social_cohesion", "meaning", "own"):
            given().when(define(dimension=dimension)).recorded()
        refused = given().when(define(dimension="comfort"))
        refused.refused("unknown-dimension", saying="housing_stock")
        told = str(refused.refusal)
        assert "daily_functioning" in told
        assert told.endswith("own.")

    @pytest.mark.parametrize("change", [{"unit": "count"}, {"direction": Direction.HIGHER}])
    def test_a_meaning_with_figures_does_not_change(
        self, in_use: Specification, change: dict[str, Any]
    ) -> None:
        """MON-20: another unit or direction is refused, by revising and by defining anew."""
        refused = in_use.when(ReviseIndicator(**change))
        refused.refused("indicator-in-use", saying="16,572 areas have figures of 2020")
        in_use.when(define(**change)).refused("indicator-in-use")

    def test_without_figures_a_slip_is_put_right(self) -> None:
        """MON-20: as long as nothing was measured the meaning may still be corrected."""
        unused = given(LONELY).knowing(IndicatorUse())
        after = unused.when(ReviseIndicator(direction=Direction.HIGHER)).recorded()
        definition = after.state(Indicator).definition
        assert definition is not None
        assert (definition.direction, definition.unit) == (Direction.HIGHER, "percent")

    def test_label_and_explanation_may_change(self, in_use: Specification) -> None:
        """MON-20: what is not named stays as it is."""
        after = in_use.when(ReviseIndicator(label="Feels lonely")).then(
            IndicatorRevised(
                label="Feels lonely", label_nl="Eenzaam (18 jaar en ouder)", note="model estimate"
            )
        )
        after.when(ReviseIndicator(label="Feels lonely")).nothing()
        definition = after.state(Indicator).definition
        assert definition is not None
        assert (definition.label, definition.unit) == ("Feels lonely", "percent")

    def test_retiring_says_why(self, in_use: Specification) -> None:
        """MON-20: a retired indicator keeps its past and is not revised any more."""
        in_use.when(RetireIndicator()).refused("reason-missing")
        gone = in_use.when(RetireIndicator(reason="the source stopped")).then(
            IndicatorRetired(reason="the source stopped")
        )
        gone.when(RetireIndicator(reason="again")).nothing()
        gone.when(ReviseIndicator(label="Alone")).refused("indicator-retired")


WELFARE = PartnerRegistered(
    name="Welzijn Assen", kind=PartnerKind.WELFARE, municipalities=("GM0106", "GM1731")
)
LEFT = PartnerLeftMunicipality(
    municipality="GM1731", on=date(2026, 5, 1), reason="the contract ended"
)


class TestPartners:
    def test_a_partner_is_an_organisation(self) -> None:
        """MON-33: name, kind and municipalities, each once; there is no field for a person."""
        command = RegisterPartner(
            name="Welzijn Assen",
            kind=PartnerKind.WELFARE,
            municipalities=("GM1731", "GM0106", "GM1731"),
        )
        given().when(command).then(WELFARE).when(command).refused("already-registered")
        assert set(PartnerRegistered.model_fields) == {
            *("name", "kind", "municipalities"),
            *("on", "valid", "corrects"),
        }

    def test_leaving_counts_from_its_day(self) -> None:
        """MON-33: through 30 April it works there, from 1 May on it does not."""
        command = EndPartnerMunicipality(
            municipality="GM1731", on=date(2026, 5, 1), reason="the contract ended"
        )
        partner = given(WELFARE).when(command).then(LEFT).state(Partner)
        assert partner.works_in(date(2026, 4, 30)) == ("GM0106", "GM1731")
        assert partner.works_in(date(2026, 5, 1)) == ("GM0106",)

    def test_the_municipality_it_leaves_hears_of_it(self) -> None:
        """MON-33: the fact goes to the municipality that it is about, which lists it no more."""
        listing = given(WELFARE, LEFT).state(Partner).listing()
        assert "GM1731" in listing.municipalities
        assert "works-in:GM1731" not in listing.terms()
        assert "works-in:GM0106" in listing.terms()

    def test_it_leaves_where_it_works_once(self) -> None:
        """MON-33: one cannot leave where one is not."""
        leave = EndPartnerMunicipality(municipality="GM1731", reason="the contract ended")
        given(WELFARE, LEFT).when(leave).refused("not-there")
        elsewhere = EndPartnerMunicipality(municipality="GM0118", reason="the contract ended")
        given(WELFARE).when(elsewhere).refused("not-there")
