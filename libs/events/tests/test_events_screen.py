from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from leefwijk.events.fields import ShortText
from leefwijk.events.screen import Screened, is_citizen_number, personal_data_in, screened_texts


class Leaf(BaseModel):
    """Holds a screened text, and perhaps more leaves."""

    text: ShortText
    code: str = "code"
    leaves: "tuple[Leaf, ...]" = ()


class Plain(BaseModel):
    """Holds nothing that is screened."""

    code: str = "plain"


class Tree(BaseModel):
    """Holds texts in every way in which a model may hold them."""

    plain: Plain = Plain()
    maybe: Leaf | None = None
    by_name: dict[str, list[Leaf]] = Field(default_factory=dict, alias="byName")
    whatever: Any = None
    either: Plain | Leaf = Plain()
    lines: tuple[Annotated[str, Screened()], ...] = ()


class TestSearch:
    def test_every_screened_text_is_found_with_its_path(self) -> None:
        """INI-01: at any depth, behind any annotation, and nothing that is not screened."""
        tree = Tree(
            maybe=Leaf(text="one", leaves=(Leaf(text="two"),)),
            byName={"x": [Leaf(text="three")]},
            whatever=[Leaf(text="four")],
            either=Leaf(text="five"),
            lines=("six", "seven"),
        )
        assert dict(screened_texts(tree)) == {
            "/maybe/text": "one",
            "/maybe/leaves/0/text": "two",
            "/byName/x/0/text": "three",
            "/whatever/0/text": "four",
            "/either/text": "five",
            "/lines/0": "six",
            "/lines/1": "seven",
        }


class TestElevenTest:
    @pytest.mark.parametrize(
        ("digits", "verdict"),
        [
            ("111222333", True),
            ("123456789", False),
            ("123456782", True),
            ("000000000", False),
            ("12345672", True),
        ],
    )
    def test_the_formula(self, digits: str, verdict: bool) -> None:
        """INI-01: 9a+8b+7c+6d+5e+4f+3g+2h-i divisible by 11; 66 is, 147 is not."""
        assert is_citizen_number(digits) is verdict

    @given(st.integers(1, 999_999_999))
    def test_of_ten_numbers_that_differ_in_the_last_digit_at_most_one_passes(
        self, number: int
    ) -> None:
        """INI-01: the last digit is a check: eleven does not divide two of ten neighbours."""
        stem = f"{number:09d}"[:8]
        passing = [digit for digit in "0123456789" if is_citizen_number(stem + digit)]
        assert len(passing) <= 1


class TestScreen:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("Bicycle repairs, ring 06-12345678", "a telephone number"),
            ("call 0592 123456", "a telephone number"),
            ("call +31 6 1234 5678", "a telephone number"),
            ("0031612345678", "a telephone number"),
            ("mail anna@example.nl", "an e-mail address"),
            ("NL91ABNA0417164300", "a bank account"),
            ("nl91 abna 0417 1643 00", "a bank account"),
            ("9404 AB 12", "a postcode with a house number"),
            ("9404ab12", "a postcode with a house number"),
            ("9404 AB, nr. 12", "a postcode with a house number"),
            ("about 111222333", "a citizen service number"),
            ("about 111.222.333", "a citizen service number"),
            ("about 111 222 333", "a citizen service number"),
        ],
    )
    def test_what_gives_a_person_away_is_found(self, text: str, kind: str) -> None:
        """INI-01: each kind by its name, and never the text itself."""
        assert personal_data_in(text) == kind

    @pytest.mark.parametrize(
        "text",
        [
            "Bicycle repairs",
            "123456789",
            "order 123456789 of 2026",
            "BU01060100@2020",
            "WK010601 and GM0106",
            "1.500,00 euros for 60 households",
            "2026-04-13 until 2027-04-13",
            "Condition score 3, 212 homes, postcode area 9404",
            "9404 AB",
            "Btiv 51, Woningwet 45",
        ],
    )
    def test_ordinary_texts_pass(self, text: str) -> None:
        """INI-01: 123456789 is an ordinary number; figures, codes and days are no persons."""
        assert personal_data_in(text) is None

    @given(prefix=st.text(max_size=20), suffix=st.text(max_size=20))
    def test_an_address_is_found_wherever_it_stands(self, prefix: str, suffix: str) -> None:
        """INI-01: whatever stands around it."""
        assert personal_data_in(f"{prefix} anna@example.nl {suffix}") is not None
