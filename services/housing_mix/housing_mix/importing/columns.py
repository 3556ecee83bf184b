"""The columns of a delivery: expected ones, personal ones that refuse it whole, and the rest."""

from __future__ import annotations

import re

EXPECTED = {
    "eenheidnummer": "unit_number",
    "eenheidsoort": "unit",
    "eenheiddetailsoort": "unit_detail",
    "status": "tenancy",
    "detailstatus": "tenancy_detail",
    "maatschappelijklabel": "social_label",
    "label": "social_label",
    "doelgroep": "allocation",
    "aanvullendedoelgroep": "additional",
    "nettohuur": "rent",
    "huur": "rent",
    "huurklasse": "rent_class",
    "conditiescore": "score",
    "conditie": "score",
    "conditiedatum": "measured",
    "buurt": "area",
    "complexnummer": "complex",
    "complex": "complex",
    "straat": "street",
    "straatnaam": "street",
    "kamers": "rooms",
    "toegankelijkheid": "accessibility",
}
"""Column of the delivery, without signs and in small letters, to what is kept of it."""
REQUIRED = ("unit_number", "unit", "tenancy", "area")

_PERSONAL = re.compile(
    r"huurder|bewoner|contractant|relatie|persoon|achternaam|voornaam|voorletter|^naam$|geboorte|"
    r"geslacht|nationaliteit|bsn|burgerservice|telefoon|mobiel|e?mail|iban|rekening|inkomen|"
    r"huisnummer|huisletter|toevoeging|postcode|adres|bagid|diagnose|indicatie"
)


def plain(column: str) -> str:
    """A column's name in small letters and without signs."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


def personal_columns(header: list[str]) -> list[str]:
    """Columns about tenants or addresses, named as in the file."""
    return [one for one in header if plain(one) not in EXPECTED and _PERSONAL.search(plain(one))]


def left_out(header: list[str]) -> list[str]:
    """Columns that are neither expected nor personal: their values are kept nowhere."""
    return [one for one in header if plain(one) not in EXPECTED]
