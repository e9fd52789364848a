"""Files in a dossier: all or nothing, twice is once, and gone is gone."""

import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db import models as m
from db.engine import data_dir
from domain.attachments import LARGEST
from domain.errors import Refused
from domain.vocabulary import Compartment, EventKind
from services import attachments, door
from services.records import GENESIS
from tests.conftest import Cast
from tests.fill import make_complaint, make_party
from tests.samples import document, image, packed, pdf


def folder() -> list[Path]:
    return sorted((data_dir() / "attachments").glob("*"))


def made(engine: Engine, cast: Cast, **columns: object) -> m.Complaint:
    with Session(engine, expire_on_commit=False) as session, session.begin():
        complaint = make_complaint(session, cast, **{"handler_id": cast["hans"]} | columns)
        session.add(m.ChainHead(complaint_id=complaint.id, seq=0, hash=GENESIS))
        return complaint


def rows(engine: Engine, model: type) -> int:
    with Session(engine) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_comes_back_as_it_was_attached(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)

    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("brief van Zoë.pdf", pdf())])

    assert attachments.fetch(cast.actor("cora"), token) == ("brief van Zoë.pdf", "application/pdf", pdf())


def test_the_file_on_disk_has_an_own_name_and_is_readable_by_us_only(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)

    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("../../brief.docx", document())])

    (path,) = folder()
    assert path.name == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert attachments.fetch(cast.actor("hans"), token)[0] == "brief.docx"


def test_the_history_says_what_was_attached_without_its_name_in_the_codes(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)

    attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])

    with Session(engine) as session:
        event = session.scalars(select(m.Event)).one()
        text = session.scalars(select(m.EventText)).one()
    assert (event.kind, event.actor_id) == (EventKind.ATTACHMENT_ADDED, cast["hans"])
    assert event.codes == {"media_type": "image/png", "size": len(image()), "sha256": hashlib.sha256(image()).hexdigest()}
    assert text.text == "foto.png"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("leeg.pdf", b"", "attachment_empty"),
        ("groot.txt", b"a" * (LARGEST + 1), "attachment_too_large"),
        ("programma.exe", b"MZ", "attachment_type"),
        ("brief.pdf", b"geen pdf", "attachment_not_what_it_says"),
        ("bom.docx", packed({"[Content_Types].xml": "0" * 5_000_000}), "attachment_unpacks_too_large"),
    ],
)
def test_one_wrong_file_and_nothing_is_attached(cast: Cast, engine: Engine, name: str, content: bytes, code: str) -> None:
    complaint = made(engine, cast)

    with pytest.raises(Refused, match=code) as refusal:
        attachments.add(cast.actor("hans"), complaint.reference, [("goed.png", image()), (name, content)])

    assert refusal.value.field == "attachments"
    assert folder() == []
    assert rows(engine, m.Attachment) == rows(engine, m.Event) == 0


def test_a_commit_that_fails_takes_the_file_along(cast: Cast, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    complaint = made(engine, cast)
    monkeypatch.setattr(attachments.secrets, "token_urlsafe", lambda _: "t" * 43)
    attachments.add(cast.actor("hans"), complaint.reference, [("een.png", image())])
    other = made(engine, cast)
    (path,) = folder()
    path.rename(path.with_name("elsewhere"))

    with pytest.raises(Refused, match="changed_meanwhile"):  # the token stands in another row already
        attachments.add(cast.actor("hans"), other.reference, [("twee.pdf", pdf())])

    assert [left.name for left in folder()] == ["elsewhere"]


def test_a_disk_that_refuses_leaves_nothing_half(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (data_dir() / "attachments").write_text("a file where the folder should be")

    with pytest.raises(Refused, match="attachment_not_stored"):
        attachments.add(cast.actor("hans"), complaint.reference, [("een.png", image())])

    assert rows(engine, m.Attachment) == 0


def test_twice_the_same_file_is_one_attachment(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)

    first = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])
    again = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image()), ("foto (1).png", image())])

    assert again == first * 2
    assert len(folder()) == rows(engine, m.Attachment) == rows(engine, m.Event) == 1


def test_the_same_file_from_two_clicks_at_once_is_one_attachment(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    files = [("foto.png", image())]

    with ThreadPoolExecutor(4) as pool:
        clicks = [pool.submit(attachments.add, cast.actor("hans"), complaint.reference, files) for _ in range(4)]
        tokens = {click.result() for click in clicks}

    assert len(tokens) == len(folder()) == rows(engine, m.Attachment) == 1


def test_the_twenty_first_file_is_refused(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    attachments.add(cast.actor("hans"), complaint.reference, [(f"{n}.txt", f"tekst {n}".encode()) for n in range(20)])

    with pytest.raises(Refused, match="attachment_too_many") as refusal:
        attachments.add(cast.actor("hans"), complaint.reference, [("21.txt", b"tekst 21")])

    assert refusal.value.values == {"most": 20, "present": 20}


@pytest.mark.parametrize("who", ["tom", "rosa", "hilde", "vera", "wim", "adam", "suze"])
def test_who_does_not_handle_it_attaches_nothing(cast: Cast, engine: Engine, who: str) -> None:
    complaint = made(engine, cast)

    with pytest.raises(Refused, match=r"not_found|not_allowed"):
        attachments.add(cast.actor(who), complaint.reference, [("foto.png", image())])

    assert folder() == []


@pytest.mark.parametrize("who", ["tom", "rosa", "hilde", "vera", "wim", "adam", "suze", "petra"])
def test_who_may_not_read_the_dossier_gets_no_file(cast: Cast, engine: Engine, who: str) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])

    with pytest.raises(Refused, match=r"not_found|not_allowed"):
        attachments.fetch(cast.actor(who), token)


def test_whoever_it_is_about_gets_no_file_the_director_included(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])
    with Session(engine) as session, session.begin():
        make_party(session, session.get_one(m.Complaint, complaint.id), cast["dora"])

    for call in (
        lambda: attachments.fetch(cast.actor("dora"), token),
        lambda: attachments.remove(cast.actor("dora"), token, "weg ermee"),
        lambda: attachments.add(cast.actor("dora"), complaint.reference, [("x.txt", b"x")]),
    ):
        with pytest.raises(Refused, match="not_found"):
            call()


def test_unknown_and_removed_files_answer_alike(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])
    attachments.remove(cast.actor("cora"), token, "Verkeerd dossier")

    for gone in (token, "x" * 43, "", "../weerklank.db", "\x00"):
        with pytest.raises(Refused, match="not_found"):
            attachments.fetch(cast.actor("hans"), gone)


def test_a_removed_file_leaves_the_disk_and_stays_in_the_history(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])

    attachments.remove(cast.actor("cora"), token, "Verkeerd dossier")

    assert folder() == []
    with Session(engine) as session:
        event = session.scalars(select(m.Event).order_by(m.Event.seq.desc())).first()
        assert event is not None
        text = session.get_one(m.EventText, event.id).text
    assert (event.kind, event.codes["sha256"]) == (EventKind.ATTACHMENT_REMOVED, hashlib.sha256(image()).hexdigest())
    assert text == "foto.png\nVerkeerd dossier"


def test_removing_needs_a_reason(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])

    with pytest.raises(Refused, match="missing"):
        attachments.remove(cast.actor("cora"), token, " \u200b ")

    assert len(folder()) == 1


def test_a_removed_file_may_be_attached_again(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])
    attachments.remove(cast.actor("cora"), token, "Vergissing")

    (other,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])

    assert other != token
    assert attachments.fetch(cast.actor("hans"), other)[2] == image()


@pytest.mark.parametrize("who", ["hans", "mia", "tom"])
def test_who_does_not_steer_takes_no_file_out(cast: Cast, engine: Engine, who: str) -> None:
    """Whoever put it there: what was evidence yesterday is not gone today by the word of who handles it."""
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])

    with pytest.raises(Refused, match="not_allowed"):
        attachments.remove(cast.actor(who), token, "Weg ermee")

    assert len(folder()) == 1


def test_once_there_is_an_appeal_no_file_leaves_the_dossier(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])
    with Session(engine) as session, session.begin():
        lodge(session, cast, complaint, snapshot_seq=1)

    with pytest.raises(Refused, match="attachment_in_appeal"):
        attachments.remove(cast.actor("cora"), token, "Liever niet")


def test_the_reviewer_gets_the_files_from_before_the_appeal_and_no_later_ones(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (before,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])
    with Session(engine) as session, session.begin():
        lodge(session, cast, complaint, snapshot_seq=1)
    (after,) = attachments.add(cast.actor("hans"), complaint.reference, [("brief.pdf", pdf())])

    assert attachments.fetch(cast.actor("vera"), before)[2] == image()
    with pytest.raises(Refused, match="not_found"):
        attachments.fetch(cast.actor("vera"), after)


def lodge(session: Session, cast: Cast, complaint: m.Complaint, snapshot_seq: int) -> None:
    decision = m.Decision(
        complaint_id=complaint.id, outcome="upheld", reasons="Ja.", decided_by=cast["hans"], decided_on=complaint.received_on
    )
    session.add(decision)
    session.flush()
    session.add(
        m.Appeal(
            complaint_id=complaint.id,
            form_id=str(uuid4()),
            decision_id=decision.id,
            lodged_on=complaint.received_on,
            channel="phone",
            grounds="Niet eens.",
            in_time=True,
            registered_by=cast["vera"],
            reviewer_id=cast["vera"],
            snapshot_seq=snapshot_seq,
        )
    )


def test_taking_a_file_is_logged(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])

    attachments.fetch(cast.actor("mia"), token)

    with Session(engine) as session:
        entry = session.scalars(select(m.AccessLog)).one()
    assert (entry.account_id, entry.complaint_id, entry.what) == (cast["mia"], complaint.id, "attachment")


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"anders"), lambda path: path.unlink()])
def test_a_file_that_changed_on_disk_is_not_given(cast: Cast, engine: Engine, damage: object) -> None:
    complaint = made(engine, cast)
    (token,) = attachments.add(cast.actor("hans"), complaint.reference, [("foto.png", image())])
    damage(folder()[0])  # type: ignore[operator]

    with pytest.raises(Refused, match="attachment_damaged"):
        attachments.fetch(cast.actor("hans"), token)


# At intake


def test_who_just_registered_it_adds_the_files_of_the_intake(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast, registered_at=door._clock())

    (token,) = attachments.add_at_intake(cast.actor("tom"), complaint.form_id, [("foto.png", image())])

    assert attachments.fetch(cast.actor("hans"), token)[2] == image()
    with pytest.raises(Refused, match=r"not_allowed|not_found"):
        attachments.fetch(cast.actor("tom"), token)


def test_an_hour_later_the_intake_is_over(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast, registered_at=door._clock() - timedelta(minutes=61))

    with pytest.raises(Refused, match="not_found"):
        attachments.add_at_intake(cast.actor("tom"), complaint.form_id, [("foto.png", image())])


def test_nobody_adds_to_the_intake_of_a_colleague(cast: Cast, engine: Engine) -> None:
    complaint = made(engine, cast, registered_at=door._clock())

    for form_id in (complaint.form_id, str(uuid4()), ""):
        with pytest.raises(Refused, match="not_found"):
            attachments.add_at_intake(cast.actor("rosa"), form_id, [("foto.png", image())])


@pytest.mark.parametrize(
    ("compartment", "keeper"), [(Compartment.UNWANTED_BEHAVIOUR, "vera"), (Compartment.WHISTLEBLOWER, "wim")]
)
def test_files_of_a_matter_handed_over_reach_its_keeper_only(
    cast: Cast, engine: Engine, compartment: Compartment, keeper: str
) -> None:
    complaint = made(engine, cast, registered_at=door._clock(), compartment=compartment)

    (token,) = attachments.add_at_intake(cast.actor("tom"), complaint.form_id, [("foto.png", image())])
    again = attachments.add_at_intake(cast.actor("tom"), complaint.form_id, [("foto.png", image())])

    assert again == (token,)
    assert attachments.fetch(cast.actor(keeper), token)[2] == image()
    for who in {"tom", "hans", "cora", "dora", "mia", "adam", "vera", "wim"} - {keeper}:
        with pytest.raises(Refused, match=r"not_found|not_allowed"):
            attachments.fetch(cast.actor(who), token)
