from __future__ import annotations

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leefwijk.events.catalogue import (
    Catalogue,
    UnknownEventTypeError,
    UnknownEventVersionError,
    published_language,
    upcasts,
)
from leefwijk.events.event import Audience, Event, Wire, personal_fields
from leefwijk.events.fields import PersonalData
from leefwijk.events.testing.notes import Noted, Notes, Renamed

Secret = Annotated[str, PersonalData("names a person")]


class Inner(Wire):
    """A part of an event."""

    plain: str
    secret: Secret | None = None


class TestPersonalData:
    @pytest.mark.parametrize(
        "kind",
        [Secret, Secret | None, tuple[Secret, ...], Inner, tuple[Inner, ...], dict[str, Inner]],
    )
    def test_a_field_marked_as_personal_can_stand_in_no_event(self, kind: Any) -> None:
        """G-LANGUAGE-1: at any depth, the class itself is refused, before anything is recorded."""
        with pytest.raises(TypeError, match="carries personal data"):
            type(
                "Told",
                (Event,),
                {"__annotations__": {"field": kind}, "__module__": __name__},
                type="nl.leefbaarheid.notes.told.v1",
                service="notes",
            )

    def test_no_published_event_carries_personal_data(self) -> None:
        """G-LANGUAGE-1: every event of the language, at every depth."""
        assert [event.type for event in published_language() if personal_fields(event)] == []


class TestDeclaration:
    @pytest.mark.parametrize(
        "type_",
        [
            "nl.leefbaarheid.notes.told",
            "nl.leefbaarheid.notes.told.v0",
            "nl.leefbaarheid.Notes.told.v1",
            "com.else.notes.told.v1",
            "nl.leefbaarheid.notes.told.v1 ",
        ],
    )
    def test_a_type_that_follows_no_rule_is_refused(self, type_: str) -> None:
        """G-LANGUAGE-2: reverse domain, a plural, a fact and one version."""
        with pytest.raises(TypeError):
            type("Told", (Event,), {"__module__": __name__}, type=type_, service="notes")

    def test_the_owner_follows_from_the_folder(self) -> None:
        """G-LANGUAGE-2: an event outside the language must name its service."""
        with pytest.raises(TypeError, match="not in the published language"):
            type("Told", (Event,), {"__module__": __name__}, type="nl.leefbaarheid.notes.told.v1")

    def test_two_classes_cannot_claim_one_event(self) -> None:
        """G-LANGUAGE-2: one definition of each event, nowhere a copy."""

        class Twin(Event, type="nl.leefbaarheid.notes.noted.v2", service="notes"):
            """Noted again."""

        with pytest.raises(TypeError, match="is declared by"):
            Catalogue([Noted, Twin])

    def test_services_own_disjoint_parts_of_the_language(self) -> None:
        """G-LANGUAGE-2: an aggregate has one owner."""
        owners: dict[str, set[str]] = {}
        for event in published_language():
            owners.setdefault(event.aggregate, set()).add(event.service)
        assert {name: found for name, found in owners.items() if len(found) > 1} == {}

    def test_no_event_hides_what_every_event_has(self) -> None:
        """G-LANGUAGE-2: a field named like a declaration would be taken for it."""
        declared = {"type", "family", "number", "aggregate", "audience", "service"}
        clashing = [event for event in published_language() if declared & set(event.model_fields)]
        assert clashing == []


class TestReading:
    def test_a_reader_passes_over_what_it_does_not_know(self) -> None:
        """G-LANGUAGE-3: producers write closed, consumers read leniently, at any depth."""

        class Outer(Event, type="nl.leefbaarheid.notes.outer.v1", service="notes"):
            """Holds another."""

            inner: Inner2

        read = Outer.from_json('{"inner": {"plain": "x", "newer": 1}, "newest": 2}')
        assert read == Outer(inner=Inner2(plain="x"))
        with pytest.raises(ValidationError):
            Outer.model_validate({"inner": {"plain": "x"}, "newest": 2})

    def test_an_older_version_is_read_as_the_newest(self) -> None:
        """G-LANGUAGE-4: through its upcaster; what is stored stays as it was written."""
        data = '{"first": "Anna", "last": "Ree", "extra": 1}'
        read = Notes().decode("nl.leefbaarheid.notes.renamed.v1", data)
        assert read == Renamed(name="Anna Ree")

    def test_upcasters_follow_one_another(self) -> None:
        """G-LANGUAGE-4: from the first version to the newest, one step at a time."""
        family = "nl.leefbaarheid.notes.chained"

        class Chained(Event, type=f"{family}.v3", service="notes"):
            """In its third version."""

            steps: tuple[str, ...]

        @upcasts(f"{family}.v1", f"{family}.v2")
        def _(data: dict[str, Any]) -> dict[str, Any]:
            return {"steps": [*data["steps"], "two"]}

        @upcasts(f"{family}.v2", f"{family}.v3")
        def _(data: dict[str, Any]) -> dict[str, Any]:
            return {"steps": [*data["steps"], "three"]}

        catalogue = Catalogue([Chained])
        read = [catalogue.decode(f"{family}.v{n}", '{"steps": ["one"]}') for n in (1, 2, 3)]
        assert read == [
            Chained(steps=("one", "two", "three")),
            Chained(steps=("one", "three")),
            Chained(steps=("one",)),
        ]

    def test_unknown_is_told_from_newer(self) -> None:
        """G-LANGUAGE-4: a family that nobody knows, and a version that this reader does not."""
        notes = Notes()
        with pytest.raises(UnknownEventTypeError):
            notes.find("nl.leefbaarheid.notes.unheard-of.v1")
        with pytest.raises(UnknownEventTypeError):
            notes.find("nonsense")
        with pytest.raises(UnknownEventVersionError):
            notes.find("nl.leefbaarheid.notes.renamed.v3")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("nl.leefbaarheid.notes.a.v1", "nl.leefbaarheid.notes.b.v2"),
            ("nl.leefbaarheid.notes.a.v1", "nl.leefbaarheid.notes.a.v3"),
            ("nl.leefbaarheid.notes.a.v2", "nl.leefbaarheid.notes.a.v1"),
            ("nonsense", "nl.leefbaarheid.notes.a.v1"),
        ],
    )
    def test_an_upcaster_goes_one_version_up(self, old: str, new: str) -> None:
        """G-LANGUAGE-4: within one event and to the next version only."""
        with pytest.raises(TypeError):
            upcasts(old, new)

    def test_audiences_of_the_language_are_all_used_as_declared(self) -> None:
        """G-LANGUAGE-2: partner facts name the audience in their class line."""
        audiences = {event.audience for event in published_language()}
        assert audiences <= set(Audience)
        assert Audience.PARTNERS in audiences

    @given(text=st.text(max_size=50), amount=st.integers(-(10**9), 10**9))
    def test_an_event_survives_its_json(self, text: str, amount: int) -> None:
        """G-LANGUAGE-3: what is written is read back the same."""
        event = Noted(text=text, amount=amount)
        assert Noted.from_json(event.to_json()) == event


class Inner2(Wire):
    """A part of an event that a newer writer has more of."""

    plain: str
