"""Invented people, units and settings for a filled register."""

from __future__ import annotations

from dataclasses import dataclass

from domain.rights import Role

PASSWORD = "kievit-turf-lantaarn"  # noqa: S105 - printed and shown on the demo's sign-in page


@dataclass(frozen=True)
class DemoPerson:
    name: str
    display_name: str
    roles: tuple[Role, ...]
    unit: str | None = None
    phone: str = ""


PEOPLE = (
    DemoPerson("tom", "Tom Verhulst", (Role.REPORTER,), "noord"),
    DemoPerson("rosa", "Rosa de Wit", (Role.REPORTER,), "oost"),
    DemoPerson("hans", "Hans Okkerse", (Role.HANDLER,), "noord"),
    DemoPerson("hilde", "Hilde Brandsma", (Role.HANDLER,), "oost"),
    DemoPerson("cora", "Cora Lindeman", (Role.COORDINATOR,)),
    DemoPerson("mia", "Mia Terpstra", (Role.MANAGER,), "noord"),
    DemoPerson("piet", "Piet Averink", (Role.PARTNER,)),
    DemoPerson("petra", "Petra Soeters", (Role.PARTNER,)),
    DemoPerson("dora", "Dora Hagenaar", (Role.DIRECTOR,)),
    DemoPerson("vera", "Vera Nijland", (Role.CONFIDANT, Role.APPEAL_REVIEWER)),
    DemoPerson("suze", "Suze Wolthuis", (Role.APPEAL_REVIEWER,), phone="06 00 00 00 03"),
    DemoPerson("wim", "Wim Kruidhof", (Role.WB_OFFICER,)),
    DemoPerson("adam", "Adam Beekhuis", (Role.ADMIN,)),
)

# key: (name, kind, sector, parent)
UNITS: dict[str, dict[str, tuple[str, str, str | None, str | None]]] = {
    "training": {
        "bureau": ("Trainingsbureau", "organisation", None, None),
        "noord": ("Open trainingen", "location", "training", "bureau"),
        "oost": ("Trajecten in opdracht", "location", "training", "bureau"),
    },
    "kinderopvang-welzijn": {
        "huis": ("Kinderopvang en welzijn", "organisation", None, None),
        "noord": ("Regio Noord", "region", "kinderopvang", "huis"),
        "egel": ("Kinderdagverblijf De Egel", "location", "kinderopvang", "noord"),
        "vos": ("BSO De Vos", "location", "kinderopvang", "noord"),
        "oost": ("Wijk Oost", "district", "welzijn", "huis"),
        "buurthuis": ("Buurthuis De Kom", "location", "welzijn", "oost"),
    },
}

SETTINGS: dict[str, dict[str, object]] = {
    "training": {
        "organisation": "Trainingsbureau De Klinker",
        "address": "Voorbeeldkade 12, 3511 XX Voorbeeldstad",
        "city": "Voorbeeldstad",
        "website": "https://klinker.example",
        "privacy_url": "https://klinker.example/privacy",
        "privacy_version_on": "2022-03-01",
        "employee_count": 8,
        "contact": {"name": "Cora Lindeman", "phone": "030 000 00 01", "email": "klachten@klinker.example"},
        "confidant": {"name": "Vera Nijland", "phone": "06 00 00 00 01", "email": "vertrouwenspersoon@klinker.example"},
        "stand_in_confidant": {"name": "Noor Bolhuis", "phone": "06 00 00 00 04", "email": "n.bolhuis@arbodienst.invalid"},
        "stand_in_admin": {"name": "Joris Veldkamp", "phone": "06 00 00 00 05", "email": "j.veldkamp@leverancier.invalid"},
    },
    "kinderopvang-welzijn": {
        "organisation": "Stichting De Zwaluw, kinderopvang en welzijn",
        "address": "Voorbeeldplein 3, 1102 XX Voorbeelddam",
        "city": "Voorbeelddam",
        "website": "https://dezwaluw.example",
        "privacy_url": "https://dezwaluw.example/privacy",
        "privacy_version_on": "2022-03-01",
        "employee_count": 420,
        "contact": {"name": "Cora Lindeman", "phone": "020 000 00 02", "email": "klachten@dezwaluw.example"},
        "confidant": {"name": "Vera Nijland", "phone": "06 00 00 00 02", "email": "vertrouwenspersoon@dezwaluw.example"},
        "stand_in_confidant": {"name": "Hanna Rietveld", "phone": "06 00 00 00 06", "email": "h.rietveld@arbodienst.invalid"},
        "stand_in_admin": {"name": "Milan Hoekstra", "phone": "06 00 00 00 07", "email": "m.hoekstra@leverancier.invalid"},
    },
}
