from datetime import date
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


SEPARATORS = st.sampled_from(["", " ", "-", " - ", ", ", ",", "/", " \u2013 "])
DAYS = st.dates(date(1950, 1, 1), date(2049, 12, 31))
DAY_FORMS = st.sampled_from(["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"])
YEARS = st.integers(1950, 2049)


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


class TestForms:
    """However a person writes it down; and whatever looks like it and is none."""

    @given(
        code=st.integers(1000, 9999),
        letters=st.tuples(*[st.sampled_from("ABCDEGHJKLMNPRSTVWXZ")] * 2).map("".join),
        gap=st.sampled_from(["", " "]),
        between=SEPARATORS,
        number=st.integers(1, 99999),
        suffix=st.sampled_from(["", "a", "B", "bis"]),
        around=st.sampled_from(["{}", "at {}.", "({})", "lives {} still"]),
    )
    def test_an_address_in_any_form(
        self,
        code: int,
        letters: str,
        gap: str,
        between: str,
        number: int,
        suffix: str,
        around: str,
    ) -> None:
        """INI-01: "9404 AB 12", "9404AB-12", "9404 AB - 12a"."""
        said = around.format(f"{code}{gap}{letters}{between}{number}{suffix}")
        assert personal_data_in(said) == "a postcode with a house number"

    @given(
        area_digits=st.integers(1, 3),
        lead=st.sampled_from("123456789"),
        rest=_digits(8),
        brackets=st.booleans(),
        between=st.sampled_from(["", " ", "-", " - "]),
        prefix=st.sampled_from(["0", "+31", "+31 ", "0031", "0031-", "+31 (0)", "(+31) ", "+31("]),
    )
    def test_a_telephone_number_in_any_form(
        self,
        area_digits: int,
        lead: str,
        rest: str,
        brackets: bool,
        between: str,
        prefix: str,
    ) -> None:
        """INI-01: "0592 123456", "(0592) 123456", "+31 (592) 123456", "06 - 12345678"."""
        national = f"{lead}{rest}"
        area, own = national[:area_digits], national[area_digits:]
        said = f"{prefix}{area}"
        if prefix == "0" and brackets:
            said = f"({said})"
        elif prefix == "+31(":
            said = f"{said})"
        assert personal_data_in(f"ring {said}{between}{own}") == "a telephone number"

    @given(first=DAYS, last=DAYS, form=DAY_FORMS, joint=st.sampled_from([" ", " - ", " t/m ", "/"]))
    def test_days_are_no_numbers(self, first: date, last: date, form: str, joint: str) -> None:
        """INI-01: a day, or a period from one to another, with or without a time."""
        for said in (
            f"{first:{form}}",
            f"{first:{form}}{joint}{last:{form}}",
            f"{first:{form}} 08:30",
            f"{first:{form}} 12 homes",
        ):
            assert personal_data_in(said) is None, said

    @given(
        first=YEARS,
        last=YEARS,
        joint=st.sampled_from(
            ["-", " - ", "/", " ", ", ", " en ", " of ", " to ", " or ", " t/m ", " in "]
        ),
    )
    def test_years_are_no_numbers(self, first: int, last: int, joint: str) -> None:
        """INI-01: 2026-2027, 2026 en 2027, 2026 in 12 months."""
        for said in (f"{first}{joint}{last}", f"from {first}{joint}12 months"):
            assert personal_data_in(said) is None, said

    @given(
        amount=st.integers(0, 9_999_999),
        unit=st.sampled_from(["euros", "m2", "kg", "km", "homes", "%"]),
        more=st.integers(0, 9999),
        joint=st.sampled_from([" - ", ", ", " en ", " of "]),
    )
    def test_ordinary_numbers_pass(self, amount: int, unit: str, more: int, joint: str) -> None:
        """INI-01: amounts and ranges of them, written plainly or in thousands."""
        dutch = f"{amount:,}".replace(",", ".")
        for said in (
            f"{amount} {unit}",
            f"{dutch},00 {unit}",
            f"{dutch} {unit}{joint}{more} {unit}",
            f"{amount} {unit}{joint}{more}",
            f"between {more}{joint}{more + 1}",
        ):
            assert personal_data_in(said) is None, said


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
            ("9404AB-12", "a postcode with a house number"),
            ("9404 AB 12a", "a postcode with a house number"),
            ("(0592) 123456", "a telephone number"),
            ("(06)-12345678", "a telephone number"),
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
