"""Invented life in real districts: partners, stories, levels and initiatives of a few months.

The districts and their figures are real (RIVM, GGD'en en CBS, Gezondheid per wijk en buurt, 2016
and 2020); everything that people do or say here is made up.
"""

from __future__ import annotations

from dataclasses import dataclass

ASSEN, HOOGEVEEN, NOORDENVELD = "GM0106", "GM0118", "GM1699"
MUNICIPALITIES = (ASSEN, HOOGEVEEN, NOORDENVELD)

LARIKS = "WK010601@2020"
PITTELO = "WK010604@2020"
ASSEN_OOST = "WK010605@2020"
NOORDERPARK = "WK010602@2020"
LARIKS_OOST = "BU01060100@2020"
HOOGEVEEN_CENTRE = "WK011850@2020"
DE_WEIDE = "WK011851@2020"
ELIM = "WK011853@2020"
RODEN = "WK169900@2020"
NORG = "WK169903@2020"


@dataclass(frozen=True)
class Partner:
    """A partner organisation."""

    key: str
    name: str
    kind: str
    municipalities: tuple[str, ...]


PARTNERS = (
    Partner("gemeente-assen", "Gemeente Assen", "municipality", (ASSEN,)),
    Partner("gemeente-hoogeveen", "Gemeente Hoogeveen", "municipality", (HOOGEVEEN,)),
    Partner("gemeente-noordenveld", "Gemeente Noordenveld", "municipality", (NOORDENVELD,)),
    Partner("welzijn", "Welzijnsorganisatie De Brink", "welfare", (ASSEN, HOOGEVEEN)),
    Partner("huurders", "Huurdersvereniging Drentheland", "tenants_organisation", MUNICIPALITIES),
)


@dataclass(frozen=True)
class Story:
    """Something that was told, some months ago."""

    key: str
    area: str
    theme: str
    tone: str
    teller: str
    months_ago: int
    text: str
    published: bool = False


STORIES = (
    Story(
        "s1",
        LARIKS,
        "meeting",
        "strength",
        "resident",
        5,
        "Op woensdag drinken we met de hele flat koffie in de hal.",
        published=True,
    ),
    Story(
        "s2",
        LARIKS,
        "living_together",
        "concern",
        "resident",
        4,
        "Ik ken mijn buren niet meer sinds er zoveel verhuisd wordt.",
        published=True,
    ),
    Story(
        "s3",
        LARIKS,
        "safety",
        "concern",
        "professional",
        3,
        "In het achterpad is het donker, mensen lopen er liever niet.",
    ),
    Story(
        "s4",
        LARIKS_OOST,
        "talents",
        "strength",
        "resident",
        2,
        "Een buurman repareert fietsen voor wie dat zelf niet kan.",
        published=True,
    ),
    Story(
        "s5",
        PITTELO,
        "living_together",
        "concern",
        "professional",
        6,
        "Er is vaak ruzie over het gebruik van de binnentuin.",
    ),
    Story(
        "s6",
        PITTELO,
        "greening",
        "strength",
        "resident",
        2,
        "De kinderen geven de nieuwe bomen om de beurt water.",
        published=True,
    ),
    Story(
        "s7",
        ASSEN_OOST,
        "meeting",
        "concern",
        "resident",
        5,
        "Sinds het buurthuis dicht is, zie ik niemand meer.",
    ),
    Story(
        "s8",
        ASSEN_OOST,
        "meeting",
        "strength",
        "resident",
        1,
        "We eten nu eens per maand samen in de school.",
        published=True,
    ),
    Story(
        "s9",
        NOORDERPARK,
        "safety",
        "concern",
        "professional",
        4,
        "Er wordt hard gereden langs het schoolplein.",
    ),
    Story(
        "s10",
        HOOGEVEEN_CENTRE,
        "meeting",
        "concern",
        "resident",
        3,
        "Op zondag is er in de buurt niets te doen.",
        published=True,
    ),
    Story(
        "s11",
        HOOGEVEEN_CENTRE,
        "talents",
        "strength",
        "resident",
        2,
        "Twee bewoners geven taalles aan wie hier net woont.",
        published=True,
    ),
    Story(
        "s12",
        DE_WEIDE,
        "greening",
        "strength",
        "resident",
        2,
        "De geveltuinen hebben onze straat veranderd.",
        published=True,
    ),
    Story(
        "s13",
        ELIM,
        "living_together",
        "strength",
        "resident",
        4,
        "In Elim helpt men elkaar zonder het te vragen.",
        published=True,
    ),
    Story(
        "s14",
        RODEN,
        "meeting",
        "strength",
        "resident",
        3,
        "De wandelgroep is uitgegroeid tot een hechte club.",
        published=True,
    ),
    Story(
        "s15",
        NORG,
        "other",
        "concern",
        "professional",
        5,
        "De bus rijdt minder vaak, ouderen komen het dorp niet uit.",
    ),
)


@dataclass(frozen=True)
class Level:
    """A proposed level and what became of it."""

    key: str
    area: str
    level: str
    story: str
    invited: tuple[str, ...]
    endorsed_by: tuple[str, ...] = ()
    objected_by: str | None = None
    euros: str | None = None
    """Agreed with this budget for the year; none: still a proposal."""


LEVELS = (
    Level(
        "l1",
        LARIKS,
        "extra",
        "s2",
        ("gemeente-assen", "welzijn", "huurders"),
        ("gemeente-assen", "welzijn", "huurders"),
        euros="24000.00",
    ),
    Level(
        "l2",
        PITTELO,
        "extra",
        "s5",
        ("gemeente-assen", "welzijn"),
        ("gemeente-assen",),
        objected_by="welzijn",
        euros="12000.00",
    ),
    Level(
        "l3",
        HOOGEVEEN_CENTRE,
        "extra",
        "s10",
        ("gemeente-hoogeveen",),
        ("gemeente-hoogeveen",),
        euros="18000.00",
    ),
    Level(
        "l4",
        RODEN,
        "basic",
        "s14",
        ("gemeente-noordenveld",),
        ("gemeente-noordenveld",),
        euros="4000.00",
    ),
    Level("l5", ASSEN_OOST, "extra", "s7", ("gemeente-assen", "huurders"), ("huurders",)),
)


@dataclass(frozen=True)
class Initiative:
    """Something that people took up."""

    key: str
    title: str
    area: str
    theme: str
    taker: str
    benefit: str
    role: str
    asked: str | None = None
    granted: str | None = None
    spent: tuple[str, ...] = ()
    started: bool = False
    completed: bool = False


INITIATIVES = (
    Initiative(
        "i1",
        "Koffiehoek in de hal",
        LARIKS_OOST,
        "meeting",
        "residents",
        "Iedereen in de wijk kan aanschuiven",
        "support",
        "1500.00",
        "1500.00",
        ("420.50", "199.95"),
        started=True,
    ),
    Initiative(
        "i2",
        "Licht in het achterpad",
        LARIKS,
        "safety",
        "corporation",
        "Veilig langs de achtertuinen",
        "lead",
        "6000.00",
        "5000.00",
        ("4875.00",),
        started=True,
        completed=True,
    ),
    Initiative(
        "i3",
        "Fietsenmakers van Lariks",
        LARIKS,
        "talents",
        "residents",
        "Wie een lekke band heeft, wordt geholpen",
        "none",
        started=True,
    ),
    Initiative(
        "i4",
        "Binnentuin van Pittelo",
        PITTELO,
        "greening",
        "residents",
        "Een tuin waar alle omwonenden iets aan hebben",
        "co_initiate",
        "4500.00",
        "3000.00",
        ("1250.00", "310.40"),
        started=True,
    ),
    Initiative(
        "i5",
        "Samen eten in Assen Oost",
        ASSEN_OOST,
        "meeting",
        "residents",
        "Eens per maand een maaltijd voor de buurt",
        "connect",
    ),
    Initiative(
        "i6",
        "Zondagmiddag in het centrum",
        HOOGEVEEN_CENTRE,
        "meeting",
        "professional_partner",
        "Een plek waar op zondag iemand is",
        "support",
        "2400.00",
        "1800.00",
        ("600.00",),
        started=True,
    ),
    Initiative(
        "i7",
        "Taalmaatjes",
        HOOGEVEEN_CENTRE,
        "talents",
        "residents",
        "Nieuwe bewoners leren de taal van hun buren",
        "none",
        started=True,
    ),
    Initiative(
        "i8",
        "Geveltuinen in De Weide",
        DE_WEIDE,
        "greening",
        "residents",
        "Groene straten voor iedereen",
        "support",
        "900.00",
    ),
    Initiative(
        "i9",
        "Wandelgroep Roden",
        RODEN,
        "meeting",
        "residents",
        "Samen buiten, voor wie wil",
        "support",
        "350.00",
        "350.00",
        ("87.25",),
        started=True,
        completed=True,
    ),
    Initiative(
        "i10",
        "Burenhulp Elim",
        ELIM,
        "living_together",
        "residents",
        "Hulp in het dorp, zonder formulieren",
        "none",
        started=True,
    ),
)
