"""What becomes of the values of an area when they are recorded."""

from __future__ import annotations

from decimal import Decimal

from monitoring.importer import measured
from monitoring.importing.records import AreaRecord
from monitoring.importing.rows import Missing, Value


def recorded(*values: Value) -> list[str]:
    """The figures, as JSON, of an area with these values in years that follow one another."""
    periods = {str(2000 + place): value for place, value in enumerate(values)}
    record = AreaRecord("WK010601", 2020, None, (1,), {"survey": periods}, {})
    return [one.figure.model_dump_json(exclude_none=True) for one in measured(record)]


def test_equal_numbers_keep_their_own_digits() -> None:
    """Of 1.0, 1.00 and 1 each keeps the digits of its source, though they are equal."""
    found = recorded(Decimal("1.0"), Decimal("1.00"), Decimal(1))
    assert found == ['{"number":"1.0"}', '{"number":"1.00"}', '{"number":"1"}']


def test_a_class_is_no_number() -> None:
    """A class that reads like a number stays a class."""
    assert recorded("1", Decimal(1)) == ['{"label":"1"}', '{"number":"1"}']


def test_a_gap_is_recorded_with_its_reason() -> None:
    """What has no value is recorded as missing, with the reason, and never as zero."""
    gaps = {"survey": {"2020": Missing.CONFIDENTIAL}}
    (one,) = measured(AreaRecord("WK010601", 2020, None, (1,), {}, gaps))
    assert one.indicator == "survey"
    assert one.period == "2020"
    assert one.figure.model_dump_json(exclude_none=True) == '{"missing":"confidential"}'
