"""What happened in each of the twenty sample cases, day by day, as the people would have done it.

`data/sample_states.json` in the tests says where each stands on 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable

from demo.stage import Case, Stage
from domain.vocabulary import CloseReason, ExternalStage, LetterType, Outcome, Ruling, SubjectType

Story = Callable[[Stage], Case | None]


def v01(s: Stage) -> Case:
    s.day("2026-11-02")
    k = s.register("V01", by="mia", unit="vos", subcategory="Te laat opgehaald", complainant="Marit Oudshoorn")
    s.day("2026-11-03")
    k.consult("dora", ack_owner="cora")
    k.acknowledge("cora", LetterType.ACK_PROMISE)
    s.day("2026-11-04")
    k.assign("dora", "hans")
    s.day("2026-11-05")
    k.call("hans", "Met de moeder gebeld: het hele rooster van de BSO-bus wordt nagelopen.")
    s.day("2026-11-06")
    k.extend("hans", "2026-12-07", "De vervoerder levert zijn rittenlijsten pas in de eerste week van december aan.")
    return k


def v02(s: Stage) -> Case:
    s.day("2026-10-05")
    k = s.register("V02", by="rosa", unit="egel", subcategory="Opzegging en opzegtermijn", complainant="Bas Lievens",
                   subject_type=SubjectType.AGREEMENT)  # fmt: skip
    s.day("2026-10-06")
    k.consult("dora", ack_owner="cora")
    k.acknowledge("cora", LetterType.ACK_PROMISE)
    s.day("2026-10-08")
    k.assign("cora", "hilde")
    k.call("hilde", "Facturen opgevraagd; vader verwacht een overzicht per maand.")
    s.day("2026-10-09")
    k.extend("hilde", "2026-11-16", "De administratie zoekt alle facturen sinds juni uit.")
    return k


def v03(s: Stage) -> Case:
    s.day("2026-11-10")
    k = s.register("V03", by="rosa", unit="buurthuis", subcategory="Afgelast of gewijzigd", complainant="Greet Zandstra")
    s.day("2026-11-11")
    k.consult("dora", ack_owner="cora")
    s.day("2026-11-12")
    k.acknowledge("cora", LetterType.ACK_PROMISE)
    return k


def v04(s: Stage) -> Case:
    s.day("2026-11-13")
    return s.register(
        "V04", by="tom", unit="noord", subcategory="Deskundigheid", complainant="Joke Remmers", respondents=("tom",)
    )


def v05(s: Stage) -> Case:
    s.day("2026-09-18")
    k = s.register("V05", by="rosa", unit="oost", subcategory="Sluit niet aan", complainant="Harm Valkema")
    k.consult("dora", ack_owner="piet")
    s.day("2026-09-21")
    k.acknowledge("piet", LetterType.ACK_PROMISE)
    k.assign("dora", "hans")
    s.day("2026-09-23")
    k.call("hans", "Gesprek gevoerd: het team wil een programma op maat.")
    s.day("2026-09-24")
    k.extend("hans", "2026-10-09", "Wij werken een nieuw programma uit en leggen dat eerst aan u voor.")
    s.day("2026-10-06")
    k.decide(
        "hans", Outcome.UPHELD, "De intake is niet vertaald naar het programma. Dat had gemoeten.",
        measures=(("Een dagdeel op maat zonder kosten", "hans", "2026-11-10"),),
    )  # fmt: skip
    k.answer("hans", LetterType.DECISION)
    s.day("2026-10-20")
    k.measure_done("hans", "Dagdeel gegeven op 19 oktober.", months=1)
    k.close("dora", CloseReason.ACCEPTED)
    return k


def v06(s: Stage) -> Case:
    s.day("2026-11-17")
    k = s.register(
        "V06", by="rosa", unit="noord", subcategory="Locatie en catering", complainant="Anouk Pietersma", already_resolved=True
    )
    k.answer("cora", LetterType.ACK_ACTION)
    return k


def v07(s: Stage) -> Case:
    s.day("2026-11-16")
    k = s.register(
        "V07", by="rosa", unit="egel", subcategory="Verlies of schade", complainant="Ilse Wagenaar", already_resolved=True
    )
    s.day("2026-11-17")
    k.answer("cora", LetterType.ACK_ACTION)
    s.day("2026-11-18")
    k.close("cora", CloseReason.ACCEPTED)
    return k


def v08(s: Stage) -> Case:
    s.day("2026-08-24")
    k = s.register("V08", by="tom", unit="noord", subcategory="Annulering", complainant="Femke Stolwijk")
    k.consult("dora", ack_owner="petra")
    s.day("2026-08-25")
    k.acknowledge("petra", LetterType.ACK_PROMISE)
    k.assign("dora", "hans")
    s.day("2026-08-31")
    k.decide("dora", Outcome.NOT_UPHELD, "De annuleringsvoorwaarden zijn vooraf toegestuurd en gelden ook bij ziekte.")
    k.answer("hans", LetterType.DECISION)
    s.day("2026-09-10")
    k.appeal("vera", channel="email", grounds="Ik ben het niet eens met het besluit; ik heb mijn ziekte wel op tijd gemeld.")
    s.day("2026-09-11")
    k.appeal_acknowledge("vera")
    s.day("2026-09-18")
    k.appeal_hear("vera", "Cliënte en bestuurder gehoord; de ziekmelding van 12 augustus is overgelegd.")
    s.day("2026-09-30")
    k.appeal_rule(
        "vera", Ruling.REVISED, "De ziekmelding was op tijd.", "Het bureau brengt 25 procent in rekening.", "2026-10-14"
    )
    s.day("2026-10-14")
    k.close("dora", CloseReason.ACCEPTED)
    return k


def v09(s: Stage) -> Case:
    s.day("2026-09-07")
    k = s.register("V09", by="mia", unit="buurthuis", subcategory="Onvriendelijk", complainant="Ton Kuijper")
    k.consult("dora", ack_owner="cora")
    s.day("2026-09-08")
    k.acknowledge("cora", LetterType.ACK_PROMISE)
    k.assign("cora", "hilde")
    s.day("2026-09-11")
    k.decide("hilde", Outcome.NO_JUDGMENT, "De lezingen lopen uiteen; wij houden het op een misverstand.")
    k.answer("hilde", LetterType.DECISION)
    s.day("2026-09-21")
    k.appeal("vera", channel="phone", grounds="U noemt het een misverstand, daar leg ik mij niet bij neer.", supported=True)
    s.day("2026-09-24")
    k.appeal_acknowledge("suze")
    s.day("2026-10-15")
    k.appeal_extend("suze", "2026-11-23", "De beheerder is pas in november weer te spreken.")
    return k


def v10(s: Stage) -> None:
    s.day("2026-10-12")
    s.hand_over("V10", by="vera", contact="Via de vertrouwenspersoon bereikbaar")


def v11(s: Stage) -> None:
    s.day("2026-10-26")
    s.hand_over("V11", by="rosa", contact="")


def v12(s: Stage) -> None:
    s.day("2026-11-09")
    s.hand_over("V12", by="wim", contact="Speelgoedhandel Voorbeeld, per brief", excluded=("mia",))


def v13(s: Stage) -> Case:
    s.day("2026-11-09")
    k = s.register("V13", by="piet", unit="noord", subcategory="Bereikbaarheid coach", complainant="Roel Dijkgraaf")
    k.consult("dora", ack_owner="piet")
    s.day("2026-11-10")
    k.acknowledge("piet", LetterType.ACK_PROMISE)
    s.day("2026-11-16")
    k.extend("dora", "2026-12-04", "De coach is tot en met 30 november met verlof.")
    return k


def v14(s: Stage) -> Case:
    s.day("2026-11-11")
    k = s.register("V14", by="mia", unit="vos", subcategory="Ongeval of letsel", complainant="Sanne Hoogland")
    s.day("2026-11-12")
    k.consult("dora", ack_owner="mia")
    k.acknowledge("mia", LetterType.ACK_PROMISE)
    s.day("2026-11-18")
    k.extend("dora", "2026-12-16", "Wij wachten op het rapport van de veiligheidskundige.")
    return k


def v15(s: Stage) -> Case:
    s.day("2026-11-18")
    return s.register(
        "V15", by="rosa", unit="oost", subcategory="Bejegening", complainant="Lieke Brouwershaven", respondents=("dora",)
    )


def v16(s: Stage) -> Case:
    s.day("2026-11-12")
    k = s.register("V16", by="cora", unit="buurthuis", category="Bereikbaarheid en wachttijd", subcategory="Wachtlijst",
                   complainant="Yara Simons")  # fmt: skip
    s.day("2026-11-16")
    k.withdraw("cora", "Cliënte is gebeld, heeft morgen een afspraak en trekt de klacht in.")
    return k


def v17(s: Stage) -> Case:
    s.day("2026-11-19")
    k = s.register("V17", by="cora", unit="egel", subcategory="Vaste gezichten en groepsgrootte", complainant="Nora Feenstra")
    k.refer("cora", "committee-childcare", ExternalStage.COMMITTEE_PENDING, "De ouder heeft het geschil zelf ingediend.")
    return k


def v18(s: Stage) -> Case:
    s.day("2026-10-19")
    k = s.register("V18", by="dora", unit="egel", subcategory="Advies niet gevraagd", complainant="Oudercommissie De Egel")
    s.day("2026-10-20")
    k.consult("dora", ack_owner="dora")
    k.acknowledge("dora", LetterType.ACK_PROMISE)
    s.day("2026-10-26")
    k.call("dora", "Met de voorzitter van de oudercommissie gesproken over het besluit.")
    k.extend("dora", "2026-11-30", "Wij vragen de oudercommissie eerst alsnog om advies.")
    return k


def v19(s: Stage) -> Case:
    s.day("2026-11-20")
    return s.register("V19", by="rosa", unit="egel", subcategory="Door medewerker", complainant="Meike Tolsma")


def v20(s: Stage) -> Case:
    s.day("2026-11-05")
    return s.register(
        "V20", by="rosa", unit="buurthuis", subcategory="Geluid", complainant=None,
        text="De jongeren hangen elke avond tot na elven rokend voor jullie deur. Doe er wat aan.",
    )  # fmt: skip


SAMPLES: dict[str, Story] = {
    "V01": v01, "V02": v02, "V03": v03, "V04": v04, "V05": v05, "V06": v06, "V07": v07, "V08": v08, "V09": v09, "V10": v10,
    "V11": v11, "V12": v12, "V13": v13, "V14": v14, "V15": v15, "V16": v16, "V17": v17, "V18": v18, "V19": v19, "V20": v20,
}  # fmt: skip
