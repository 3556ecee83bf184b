"""Areas in their editions, as people live them, and the figures in between (MON-01 to MON-08)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from leefwijk.events.decider import Context
from leefwijk.events.language.monitoring.areas import (
    AreaBoundarySet,
    AreaEditionMapped,
    AreaKind,
    AreaRegistered,
    ExperiencedAreaDrawn,
    ExperiencedAreaRedrawn,
    Part,
    Share,
)
from leefwijk.events.testing import Specification, given
from monitoring.domain.area import Area, MapAreaEdition, RegisterArea, SetAreaBoundary
from monitoring.domain.composition import FigureKind, backward, compose, forward, shown
from monitoring.domain.experienced_area import (
    DrawExperiencedArea,
    ExperiencedArea,
    KnownParts,
    RedrawExperiencedArea,
    experienced_code,
)

NOW = Context(datetime(2026, 4, 13, tzinfo=UTC))
BOX = (6.5, 52.9, 6.6, 53.0)


def registered(area: str, **more: Any) -> AreaRegistered:
    """A district of 2020 in Assen, or what differs."""
    told: dict[str, Any] = {
        "kind": AreaKind.DISTRICT,
        "parent": "GM0106@2020",
        "municipalities": ("GM0106",),
        **more,
    }
    return AreaRegistered(area=area, **told)


def register(area: str, **more: Any) -> RegisterArea:
    """The command behind it."""
    told: dict[str, Any] = {"kind": AreaKind.DISTRICT, "parent": "GM0106@2020", **more}
    return RegisterArea(area=area, **told)


class TestRegistering:
    def test_an_area_is_registered_once(self) -> None:
        """MON-01: with its parent in the same edition; the same again records nothing."""
        command = register("WK010601@2020", name="Wijk 01 Lariks", name_edition=2022)
        known = registered("WK010601@2020", name="Wijk 01 Lariks", name_edition=2022)
        given().when(command).then(known).when(command).nothing()

    def test_a_missing_name_may_still_come(self) -> None:
        """MON-01: a name fills a gap and never overwrites another one."""
        unnamed = given(registered("WK010601@2020"))
        named = unnamed.when(register("WK010601@2020", name="Lariks")).recorded()
        assert named.state(Area).name == "Lariks"
        assert named.state(Area).parent == "GM0106@2020"
        named.when(register("WK010601@2020", name="Valthe")).nothing()
        named.when(register("WK010601@2020")).nothing()

    def test_the_same_code_in_two_editions_is_two_areas(self) -> None:
        """MON-02: WK008501 of 2016 and of 2020 are streams of their own."""
        old, new = register("WK008501@2016"), register("WK008501@2020")
        assert (old.stream(NOW), new.stream(NOW)) == ("WK008501@2016", "WK008501@2020")

    def test_a_border_is_set_once(self) -> None:
        """MON-08: the same border again records nothing, another one does."""
        command = SetAreaBoundary(geometry_hash="a" * 64, box=BOX, source="CBS 2022")
        fact = AreaBoundarySet(
            area="WK168100@2022", geometry_hash="a" * 64, box=BOX, source="CBS 2022"
        )
        with_border = given(registered("WK168100@2022")).when(command).then(fact)
        with_border.when(command).nothing()
        with_border.when(command.model_copy(update={"geometry_hash": "b" * 64})).recorded()

    def test_a_border_belongs_to_an_area_of_its_edition(self) -> None:
        """MON-08: an edition without this area has no place for its border."""
        command = SetAreaBoundary(geometry_hash="a" * 64, box=BOX, source="CBS 2022")
        given().when(command).refused("area-not-in-edition")


def shares(*parts: tuple[str, str]) -> tuple[Share, ...]:
    """Successors with their shares."""
    return tuple(Share(area=area, share=Decimal(share)) for area, share in parts)


APPELSCHA = shares(
    ("WK008501@2020", "0.8645"), ("WK008512@2020", "0.0722"), ("WK008504@2020", "0.0633")
)


class TestMapping:
    @pytest.fixture
    def old(self) -> Specification:
        """The old district of Appelscha, Ravenswoud and Fochteloo."""
        return given(registered("WK008505@2016", parent="GM0085@2016", municipalities=("GM0085",)))

    def test_an_area_went_to_later_ones_by_shares(self, old: Specification) -> None:
        """MON-03: the mapping is recorded with its basis, once."""
        command = MapAreaEdition(to=APPELSCHA, basis="inhabitants 2022")
        fact = AreaEditionMapped(area="WK008505@2016", to=APPELSCHA, basis="inhabitants 2022")
        mapped = old.when(command).then(fact)
        mapped.when(command).nothing()
        assert "mapped-to:WK008512@2020" in mapped.state(Area).listing().terms()

    @pytest.mark.parametrize(
        ("last", "accepted"), [("0.07", True), ("0.069", True), ("0.06", False), ("0.0721", False)]
    )
    def test_shares_add_up_to_one(self, old: Specification, last: str, accepted: bool) -> None:
        """MON-03: within 0.001, included; 0.86 + 0.07 + 0.06 is refused."""
        to = shares(("WK008501@2020", "0.86"), ("WK008512@2020", "0.07"), ("WK008504@2020", last))
        outcome = old.when(MapAreaEdition(to=to, basis="inhabitants 2022"))
        if accepted:
            outcome.recorded()
        else:
            outcome.refused("mapping-weights-not-one")

    @pytest.mark.parametrize(
        "to",
        [
            shares(("WK008501@2016", "1")),
            shares(("WK008501@2014", "1")),
            shares(("WK008501@2020", "0.5"), ("WK008501@2022", "0.5")),
        ],
        ids=["the same edition", "an earlier one", "two editions"],
    )
    def test_a_mapping_goes_to_one_later_edition(
        self, old: Specification, to: tuple[Share, ...]
    ) -> None:
        """MON-03: an area went to areas of one later edition."""
        old.when(MapAreaEdition(to=to, basis="own")).refused("area-not-in-edition")

    def test_a_later_mapping_leaves_the_earlier_one(self, old: Specification) -> None:
        """MON-03: mapped to 2020 and to 2022, it has successors in both; anew replaces its own."""
        to_2022 = shares(("WK008501@2022", "1"))
        both = (
            old.when(MapAreaEdition(to=APPELSCHA, basis="inhabitants 2022"))
            .recorded()
            .when(MapAreaEdition(to=to_2022, basis="own"))
            .recorded()
        )
        area = both.state(Area)
        assert (area.successors(2020), area.successors(2022)) == (APPELSCHA, to_2022)
        corrected = shares(("WK008501@2020", "1"))
        anew = both.when(MapAreaEdition(to=corrected, basis="own")).recorded().state(Area)
        assert (anew.successors(2020), anew.successors(2022)) == (corrected, to_2022)


class TestCarrying:
    @pytest.mark.parametrize(
        ("kind", "value", "carried"),
        [
            (FigureKind.CLASS, "7", "7"),
            (FigureKind.PERCENTAGE, "43.1", "43.1"),
            (FigureKind.COUNT, "1000", "864.5"),
        ],
    )
    def test_forward_only_counts_are_shared_out(
        self, kind: FigureKind, value: str, carried: str
    ) -> None:
        """MON-03: Appelscha shows class 7 unchanged, marked derived from WK008505@2016."""
        derived = forward("WK008505@2016", APPELSCHA[0], Decimal(value), kind)
        assert (derived.value, derived.derived_from) == (Decimal(carried), "WK008505@2016")

    def test_backward_percentages_are_weighted_by_people(self) -> None:
        """MON-03: 42.679, shown 42.7; a plain mean would give 41.0."""
        later = [
            ("WK008501@2020", Decimal("43.1"), 4850),
            ("WK008512@2020", Decimal("39.9"), 405),
            ("WK008504@2020", Decimal("40.1"), 355),
        ]
        value = backward(later, FigureKind.PERCENTAGE)
        assert value is not None
        assert (shown(value, 3), shown(value)) == (Decimal("42.679"), Decimal("42.7"))

    def test_classes_are_never_averaged(self) -> None:
        """MON-03: a class is a rank: there is no way back."""
        later = [("WK008501@2020", Decimal(7), 4850), ("WK008502@2020", Decimal(6), 405)]
        assert backward(later, FigureKind.CLASS) is None


LARIKS = Part(area="WK010601@2020", inhabitants=5455)
PITTELO = Part(area="WK010604@2020", inhabitants=3600)
BOSKAMP = Part(area="BU01060501@2020", inhabitants=150)
LONELY = {LARIKS.area: Decimal("54.1"), PITTELO.area: Decimal("49.7")}
ENOUGH = Decimal("0.80")


class TestComposing:
    def test_a_composed_figure_is_weighted(self) -> None:
        """MON-04: 52.3507, shown 52.4 and not 51.9, with weights and full coverage."""
        composed = compose((LARIKS, PITTELO), LONELY, ENOUGH)
        assert composed.value is not None
        assert (shown(composed.value, 4), shown(composed.value)) == (
            Decimal("52.3507"),
            Decimal("52.4"),
        )
        assert composed.coverage == 1
        assert composed.weights == {LARIKS.area: 5455, PITTELO.area: 3600}

    def test_a_part_without_a_figure_is_named(self) -> None:
        """MON-04: with De Boskamp the figure stays 52.4 and covers 0.98."""
        composed = compose((LARIKS, PITTELO, BOSKAMP), LONELY, ENOUGH)
        assert composed.value is not None
        assert shown(composed.value) == Decimal("52.4")
        assert shown(composed.coverage, 2) == Decimal("0.98")
        assert composed.without_figure == (BOSKAMP.area,)

    @pytest.mark.parametrize(("without", "published"), [(20, True), (21, False), (80, False)])
    def test_too_little_coverage_is_no_figure(self, without: int, published: bool) -> None:
        """MON-04: from 0.80 on there is a figure; under it none, and never 0."""
        parts = (
            Part(area="BU01060100@2020", inhabitants=80),
            Part(area="BU01060101@2020", inhabitants=without),
        )
        composed = compose(parts, {parts[0].area: Decimal(50)}, ENOUGH)
        assert composed.value == (Decimal(50) if published else None)

    def test_an_area_without_people_has_no_figure(self) -> None:
        """MON-04: nothing is divided by nobody."""
        empty = Part(area="BU01060102@2020", inhabitants=0)
        composed = compose((empty,), {empty.area: Decimal(1)}, ENOUGH)
        assert composed.value is None
        assert composed.coverage == 0


CODE = experienced_code("0191f7a2-11aa-7000-8000-000000000001")


def drawing(*parts: Part, number: int = 1, municipalities: tuple[str, ...] = ("GM0106",)) -> Any:
    """The fact of an edition of Lariks en Pittelo."""
    kind = ExperiencedAreaDrawn if number == 1 else ExperiencedAreaRedrawn
    return kind(
        area=f"{CODE}@{number}",
        name="Lariks en Pittelo",
        parts=parts,
        reason="residents of both use one shopping street",
        municipalities=municipalities,
    )


class TestDrawing:
    @pytest.fixture
    def known(self) -> Specification:
        """The parts are registered areas of Assen."""
        before = Specification(stream="0191f7a2-11aa-7000-8000-000000000001")
        return before.knowing(KnownParts(("GM0106",)))

    @pytest.fixture
    def draw(self) -> DrawExperiencedArea:
        """Lariks and Pittelo together."""
        return DrawExperiencedArea(
            name="Lariks en Pittelo",
            parts=(LARIKS, PITTELO),
            reason="residents of both use one shopping street",
        )

    def test_an_area_is_composed_of_parts(
        self, known: Specification, draw: DrawExperiencedArea
    ) -> None:
        """MON-04: the first drawing is edition 1, and it is drawn once."""
        drawn = known.when(draw).then(drawing(LARIKS, PITTELO))
        drawn.when(draw).refused("already-drawn")
        assert f"part:{PITTELO.area}" in drawn.state(ExperiencedArea).listing().terms()

    def test_redrawing_keeps_the_earlier_drawing(
        self, known: Specification, draw: DrawExperiencedArea
    ) -> None:
        """MON-04, MON-05: the edition goes up, a reason is needed, the past stays."""
        redraw = RedrawExperiencedArea(
            name="Lariks en Pittelo",
            parts=(LARIKS, PITTELO, BOSKAMP),
            reason="residents of both use one shopping street",
        )
        drawn = known.when(draw).recorded()
        drawn.when(redraw.model_copy(update={"reason": None})).refused("reason-missing")
        after = drawn.when(redraw).then(drawing(LARIKS, PITTELO, BOSKAMP, number=2))
        areas = [one.area for one in after.state(ExperiencedArea).drawings]
        assert areas == [f"{CODE}@1", f"{CODE}@2"]
        after.when(redraw).nothing()

    def test_a_municipality_that_is_left_out_hears_of_it(self) -> None:
        """MON-05: the fact that leaves it out reaches it, what follows does not."""
        both = drawing(LARIKS, PITTELO, municipalities=("GM0106", "GM1731"))
        one = given(both, drawing(LARIKS, number=2))
        assert one.state(ExperiencedArea).listing().municipalities == ("GM0106", "GM1731")
        two = one.and_(drawing(PITTELO, number=3))
        assert two.state(ExperiencedArea).listing().municipalities == ("GM0106",)

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            ((LARIKS, LARIKS), "part-twice"),
            ((LARIKS, Part(area="BU01060100@2020", inhabitants=10)), "part-twice"),
            ((Part(area="GM0106@2020", inhabitants=10), PITTELO), "part-twice"),
        ],
    )
    def test_nobody_counts_twice(
        self, known: Specification, parts: tuple[Part, ...], code: str
    ) -> None:
        """MON-04: a part is no other part, and lies in no other part."""
        known.when(DrawExperiencedArea(name="Twice", parts=parts, reason="a slip")).refused(code)

    def test_parts_are_registered_areas(
        self, known: Specification, draw: DrawExperiencedArea
    ) -> None:
        """MON-04: what is not registered cannot be a part."""
        unknown = known.knowing(KnownParts((), (PITTELO.area,)))
        unknown.when(draw).refused("unknown-area", saying=PITTELO.area)
