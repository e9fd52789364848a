"""Keeping and destroying on the screen: two persons, a hold with its reason, and what is left to look at afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session
from streamlit.testing.v1 import AppTest

from db import models as m
from domain.vocabulary import Compartment, Status
from services import retention, steps
from tests.cases import Case
from tests.conftest import CAST, Cast
from tests.fill import make_complainant, make_complaint, make_promise, make_ruled_appeal
from tests.ui.apptest import NotForThem, open_page, rows_of
from tests.unkept import unkept

LONG_AGO = date(2024, 1, 15)
GONE = "Dit dossier is geanonimiseerd"


def over(engine: Engine, cast: Cast, **columns: object) -> str:
    """Closed so long ago that it may go; with an appeal that Vera heard."""
    with Session(engine) as session, session.begin():
        ended = {"status": Status.CLOSED, "closed_on": LONG_AGO, "close_reason": "accepted", "outcome": "upheld"}
        row = make_complaint(session, cast, received_on=LONG_AGO, title="Te koud", **ended | columns)
        make_complainant(session, row)
        make_promise(session, row, met_on=LONG_AGO)
        if row.compartment == Compartment.REGULAR:
            make_ruled_appeal(session, cast, row, LONG_AGO)
        return row.reference


def referred(engine: Engine, cast: Cast, reference: str) -> None:
    """It lies with an outside body, since long ago."""
    Case(cast, "training", reference, LONG_AGO).refer()
    with Session(engine) as session, session.begin(), unkept(session):
        session.execute(update(m.Event).values(recorded_at=datetime(2024, 1, 17, 12, tzinfo=UTC)))


def said(at: AppTest) -> str:
    assert not at.exception
    parts = (at.title, at.subheader, at.caption, at.text, at.markdown, at.success, at.warning, at.error, at.info)
    return "\n".join([str(each.value) for part in parts for each in part])


def click(at: AppTest, act: str, reference: str) -> AppTest:
    return at.button(key=f"retention.{act}_{reference}").click().run()


def labels(at: AppTest) -> set[str]:
    return {each.label for each in at.button}


def test_two_persons_let_it_go_and_the_register_keeps_the_trace(engine: Engine, cast: Cast) -> None:
    reference = over(engine, cast)

    first = open_page(cast, "cora", "retention")
    assert "Weg mag vanaf do 15 jan 2026" in said(first)
    first = click(first, "propose", reference)
    assert "Iemand anders moet dit bevestigen." in said(first)
    assert "Bevestigen" not in labels(first)

    second = click(open_page(cast, "dora", "retention"), "confirm", reference)
    assert "Dit kan niet ongedaan worden gemaakt." in said(second)
    second = click(second, "destroy", reference)
    assert f"{reference} is geanonimiseerd." in said(second)
    assert "Er hoeft nu niets weg." in said(second)
    second.session_state["retention.tab"] = "Vernietigd"
    (table,) = second.run().dataframe
    assert table.value.iloc[0].tolist()[:3] == [reference, "Gewoon dossier", "Hele dossier"]


def anew(cast: Cast, reference: str) -> None:
    """Something happens in it, and it is proposed again."""
    steps.log(cast.actor("cora"), reference, "note", date(2026, 11, 21), "Nieuw bewijs.")
    retention.propose(cast.actor("cora"), reference, "dossier")


def test_another_proposal_than_on_the_screen_is_not_confirmed(engine: Engine, cast: Cast) -> None:
    reference = over(engine, cast)
    retention.propose(cast.actor("cora"), reference, "dossier")
    page = click(open_page(cast, "dora", "retention"), "confirm", reference)
    anew(cast, reference)

    page = click(page, "destroy", reference)

    assert "Er is iets gebeurd in dit dossier sinds het voorstel." in said(page)
    assert retention.register(cast.actor("dora")) == ()


def test_nor_with_a_whole_page(engine: Engine, cast: Cast) -> None:
    references = [over(engine, cast) for _ in range(2)]
    for each in references:
        retention.propose(cast.actor("cora"), each, "dossier")
    page = open_page(cast, "dora", "retention").button(key="retention.confirm_all").click().run()
    anew(cast, references[0])

    page = page.button(key="retention.destroy_").click().run()

    assert "1 van 2 gedaan." in said(page)
    assert [line.reference for line in retention.register(cast.actor("dora"))] == references[1:]


def test_a_whole_page_goes_together_still_by_two_persons(engine: Engine, cast: Cast) -> None:
    references = {over(engine, cast) for _ in range(3)}
    stays = over(engine, cast)
    retention.hold(cast.actor("cora"), stays, "Er loopt een rechtszaak.")

    first = open_page(cast, "cora", "retention").button(key="retention.propose_all").click().run()
    assert "3 van 3 gedaan." in said(first)
    assert "retention.confirm_all" not in {each.key for each in first.button}
    second = open_page(cast, "dora", "retention").button(key="retention.confirm_all").click().run()
    assert "Dit kan niet ongedaan worden gemaakt." in said(second)
    meanwhile = over(engine, cast)  # is not among those that she read
    retention.propose(cast.actor("cora"), meanwhile, "dossier")
    second = second.button(key="retention.destroy_").click().run()

    assert "3 van 3 gedaan." in said(second)
    assert {line.reference for line in retention.register(cast.actor("cora"))} == references
    assert stays in "".join(str(link.proto.label) for link in second.get("page_link"))


def test_what_is_left_opens_on_every_page(engine: Engine, cast: Cast) -> None:
    reference = over(engine, cast)
    retention.propose(cast.actor("cora"), reference, "dossier")
    retention.confirm(cast.actor("dora"), reference, "dossier")

    for who in ("cora", "dora", "tom"):
        page = open_page(cast, who, "complaint", ref=reference)
        assert GONE in said(page)
        assert "Te koud" not in said(page)
        assert ("Gegrond" in said(page)) == (who != "tom")
    for name, asked in (("complaint", {"ref": reference}), ("appeals", {"ref": reference}), ("appeals", {})):  # long ruled
        page = open_page(cast, "vera", name, **asked)
        assert not page.exception
        assert GONE not in said(page)
        assert reference not in said(page)
    board = open_page(cast, "cora", "board", status="all")
    assert "(geanonimiseerd)" in str(rows_of(board))
    assert not open_page(cast, "cora", "overview").exception


def test_what_is_left_of_a_closed_compartment_opens_too(engine: Engine, cast: Cast) -> None:
    reference = over(engine, cast, compartment=Compartment.UNWANTED_BEHAVIOUR, procedure="UNWANTED", reference="V24-00001")
    with Session(engine) as session, session.begin():
        session.add(m.AccountRole(account_id=cast["suze"], role="confidant"))
    retention.propose(cast.actor("vera"), reference, "dossier")
    retention.confirm(cast.actor("suze"), reference, "dossier")

    page = open_page(cast, "vera", "restricted", ref=reference)

    assert GONE in said(page)
    assert "Vastleggen" not in labels(page)


def test_it_says_what_stops_it_and_offers_no_button_for_it(engine: Engine, cast: Cast) -> None:
    reference = over(engine, cast)
    referred(engine, cast, reference)

    page = open_page(cast, "cora", "retention")

    assert "Ligt bij een andere instantie" in said(page)
    assert "Vernietigen voorstellen" not in labels(page)


def test_a_hold_asks_why_and_can_be_released(engine: Engine, cast: Cast) -> None:
    reference = over(engine, cast)
    page = click(open_page(cast, "cora", "retention"), "hold", reference)

    page = page.button(key=f"retention.save.{reference}").click().run()
    assert page.error[0].value
    page.text_area(key=f"retention.hold.{reference}").input("Er loopt een rechtszaak.")
    page = page.button(key=f"retention.save.{reference}").click().run()

    assert f"{reference} blijft bewaard." in said(page)
    assert "Blijft bewaard: Er loopt een rechtszaak." in said(page)
    page.session_state["retention.tab"] = "Langer bewaren"
    page = click(page.run(), "release", reference)
    page.text_area(key=f"retention.release.{reference}").input("Voorbij.")
    assert "Er wordt nu niets langer bewaard." in said(page.button(key=f"retention.save.{reference}").click().run())


def test_any_dossier_can_be_put_on_hold_by_its_number(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        reference = make_complaint(session, cast).reference
    page = open_page(cast, "dora", "retention")
    page.session_state["retention.tab"] = "Langer bewaren"
    page.run()

    page.text_input(key="retention.another.reference").input("K99-99999")
    page.text_area(key="retention.another.reason").input("Er komt een zaak.")
    (save,) = [each for each in page.button if each.label == "Langer bewaren"]
    page = save.click().run()
    assert "bestaat niet" in said(page)
    page.text_input(key="retention.another.reference").input(reference.lower())
    (save,) = [each for each in page.button if each.label == "Langer bewaren"]
    page = save.click().run()

    assert f"{reference} blijft bewaard." in said(page)


@pytest.mark.parametrize("who", ["tom", "adam"])
def test_others_have_no_such_page(cast: Cast, who: str) -> None:
    assert who in CAST
    with pytest.raises(NotForThem):
        open_page(cast, who, "retention")
