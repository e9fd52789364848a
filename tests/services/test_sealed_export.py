"""A dossier as one sealed file: what is in it, for whom, and that every change of it is found."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from sqlalchemy import Engine, delete, event, select, update
from sqlalchemy.orm import Session

from commands.sealed import CHECKER
from db import models as m
from db.engine import data_dir
from domain.attachments import LARGEST
from domain.errors import Refused
from domain.restricted import ClosedStep
from domain.retention import What
from domain.vocabulary import Compartment, EventKind, Side
from manage import cli
from services import anonymising, attachments, door, dossier, readings, retention, sealed_check, sealed_export, steps
from services.sealed_check import Fault, Stands, Wrong
from tests.commands.test_verify import ENDS, LATER
from tests.conftest import Cast
from tests.dossiers import DECIDED, On, complaint_of, decided, ruled
from tests.samples import image, pdf
from tests.services.test_restricted import handed, take
from tests.unkept import unkept

ODD = (
    "../../etc/passwd.txt",
    "con.pdf",
    "r\u202efdp.exe.png",
    "brief van Zoë & co; rm -rf.pdf",
    "a" * 300 + ".pdf",
    "brief van Zoë & co; rm -rf.pdf",
)


def taken(cast: Cast, reference: str, who: str = "cora") -> Path:
    return sealed_export.fetch(cast.actor(who), sealed_export.make(cast.actor(who), reference).event_id)[0]


def checked(path: Path) -> tuple[list[Fault], Stands | None]:
    done = sealed_check.check(CHECKER, path)
    return done.faults, done.stands


@pytest.fixture
def reference(cast: Cast, on: On) -> str:
    """With letters, a decision and odd names."""
    reference = decided(cast, on)
    contents = [image(), pdf(), image("JPEG")]
    names = ["foto.png", "brief.pdf", "r\u202egpj.jpg"]
    with on(DECIDED):
        attachments.add(cast.actor("hans"), reference, list(zip(names, contents, strict=True)))
        steps.log(cast.actor("hans"), reference, "note", DECIDED, "Karel belde <b>boos</b> #let x = 1 over $5.")
        dossier.read(cast.actor("hans"), reference)
    return reference


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def read(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def test_it_holds_the_dossier_the_letters_the_attachments_and_a_list_that_fits(cast: Cast, reference: str) -> None:
    path = taken(cast, reference)

    manifest = json.loads(read(path, "manifest.json"))
    assert (manifest["reference"], manifest["made_by"]["name"]) == (reference, "Cora Coördinator")
    for each in manifest["files"]:
        content = read(path, each["path"])
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (each["sha256"], each["size"])
    listed = {each["path"] for each in manifest["files"]}
    assert set(names_in(path)) == listed | {"manifest.json", "zegel.json"}
    assert sum(name.startswith("bijlagen/") for name in listed) == 3
    letters = [name for name in listed if name.startswith("brieven/")]
    assert letters
    for name in (*letters, "dossier.pdf"):
        document = PdfReader(io.BytesIO(read(path, name)))
        assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert b"pdfuaid" in document.trailer["/Root"]["/Metadata"].get_object().get_data()
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(read(path, "dossier.pdf"))).pages).replace("\u200b", "")
    for words in (reference, "Karel belde <b>boos</b> #let x = 1 over $5.", "Hans Behandelaar", "Opende het dossier"):
        assert words in " ".join(said.split()), words
    assert path.stat().st_mode & 0o777 == 0o600
    assert checked(path) == ([], Stands.SAME)


def test_that_it_was_made_stands_in_the_dossier_and_among_who_opened_it(cast: Cast, reference: str) -> None:
    path = taken(cast, reference)

    entry = complaint_events(reference)[-1]
    assert (entry.kind, entry.actor_id) == (EventKind.SEALED, cast["cora"])
    assert entry.codes["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (entry.codes["events"], entry.text_hash) == (entry.seq - 1, None)
    assert [each.what for each in readings.readings(cast.actor("dora"), reference) if each.who.startswith("Cora")] == ["sealed"]


def complaint_events(reference: str) -> list[m.Event]:
    with Session(door.engine()) as session:
        query = select(m.Event).join(m.Complaint).where(m.Complaint.reference == reference).order_by(m.Event.seq)
        return list(session.scalars(query))


def test_odd_names_stay_in_their_folder_and_twenty_megabytes_fit(cast: Cast, engine: Engine, on: On) -> None:
    reference = decided(cast, on)
    large = b"Veel tekst. " * (LARGEST // 12)
    with on(DECIDED):
        added = [("verslag.txt", large), ("con.pdf", pdf()), ("brief van Zoë & co; rm -rf.png", image())]
        attachments.add(cast.actor("hans"), reference, added)
    with Session(engine) as session, session.begin():  # names that came in past the door
        for row, name in zip(session.scalars(select(m.Attachment)), ODD, strict=False):
            row.name = name

    path = taken(cast, reference)

    names = [name for name in names_in(path) if name.startswith("bijlagen/")]
    assert len(names) == 3
    assert not [name for name in names if ".." in name.split("/") or "\\" in name or name.count("/") != 1 or "\u202e" in name]
    assert names[1] == "bijlagen/02-_con.pdf"
    assert read(path, names[0]) == large
    assert checked(path) == ([], Stands.SAME)


def test_a_file_that_is_gone_or_changed_is_named_and_the_rest_is_there(cast: Cast, reference: str) -> None:
    with Session(door.engine()) as session:
        first, second, _ = session.scalars(select(m.Attachment).order_by(m.Attachment.id)).all()
    (data_dir() / "attachments" / first.token).unlink()
    (data_dir() / "attachments" / second.token).write_bytes(b"anders")

    ready = sealed_export.make(cast.actor("cora"), reference)
    path, _ = sealed_export.fetch(cast.actor("cora"), ready.event_id)

    assert ready.gone == 2
    manifest = json.loads(read(path, "manifest.json"))
    assert [each["sha256"] for each in manifest["attachments_gone"]] == [first.sha256, second.sha256]
    assert sum(name.startswith("bijlagen/") for name in names_in(path)) == 1
    assert checked(path) == ([], Stands.SAME)


# For whom


@pytest.mark.parametrize("who", ["tom", "hans", "hilde", "mia", "petra", "vera", "suze", "wim", "adam"])
def test_who_does_not_hold_the_right_gets_nothing(cast: Cast, reference: str, who: str) -> None:
    ready = sealed_export.make(cast.actor("cora"), reference)

    with pytest.raises(Refused) as refused:
        sealed_export.make(cast.actor(who), reference)
    assert refused.value.code in ("not_allowed", "not_found")
    with pytest.raises(Refused):
        sealed_export.fetch(cast.actor(who), ready.event_id)


def test_it_is_for_who_made_it_for_a_quarter_of_an_hour(cast: Cast, engine: Engine, reference: str) -> None:
    ready = sealed_export.make(cast.actor("cora"), reference)
    _, name = sealed_export.fetch(cast.actor("cora"), ready.event_id)
    assert name == f"{reference}-2026-11-21.zip"
    for who, number in (("dora", ready.event_id), ("cora", ready.event_id - 1), ("cora", 0), ("cora", 10**30)):
        with pytest.raises(Refused, match="not_found"):
            sealed_export.fetch(cast.actor(who), number)
    with Session(engine) as session, session.begin(), unkept(session):
        earlier = update(m.Event).where(m.Event.id == ready.event_id)
        made = session.get_one(m.Event, ready.event_id).recorded_at
        session.execute(earlier.values(recorded_at=made - timedelta(minutes=16)))

    with pytest.raises(Refused, match="not_found"):
        sealed_export.fetch(cast.actor("cora"), ready.event_id)


def another_download(cast: Cast) -> None:
    with pytest.raises(Refused, match="not_found"):
        sealed_export.fetch(cast.actor("dora"), 0)


@pytest.mark.parametrize(
    "look",
    [another_download, lambda _: anonymising.sweep(CHECKER), lambda _: sealed_export.sweep(CHECKER)],
    ids=["another download", "at the start", "nightly"],
)
def test_after_a_quarter_of_an_hour_it_goes_from_the_disk(cast: Cast, reference: str, look: Callable[[Cast], Any]) -> None:
    path = taken(cast, reference)
    look(cast)
    assert path.exists()
    long_ago = path.stat().st_mtime - 16 * 60
    os.utime(path, (long_ago, long_ago))

    look(cast)

    assert not path.exists()


def test_one_person_has_one_file_and_nothing_half_made_stays(cast: Cast, reference: str) -> None:
    first, second = taken(cast, reference), taken(cast, reference)

    assert not first.exists()
    assert list((data_dir() / "sealed").iterdir()) == [second]


def test_who_was_excluded_while_it_was_made_gets_nothing(
    cast: Cast, engine: Engine, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between gathering and writing down; what was made so far goes."""
    number = complaint_of(reference).id
    printed = sealed_export.pdf.render_report

    def meanwhile(*given: Any) -> bytes:
        with Session(engine) as session, session.begin():
            session.add(
                m.Party(
                    complaint_id=number,
                    relation="conflict",
                    account_id=cast["cora"],
                    excluded=True,
                    added_at=session.scalar(select(m.Complaint.registered_at)),
                )
            )
        return printed(*given)

    monkeypatch.setattr(sealed_export.pdf, "render_report", meanwhile)

    with pytest.raises(Refused, match="not_found"):
        sealed_export.make(cast.actor("cora"), reference)

    assert list((data_dir() / "sealed").iterdir()) == []
    assert complaint_events(reference)[-1].kind != EventKind.SEALED


def test_a_commit_that_fails_leaves_nothing_that_is_served(cast: Cast, reference: str) -> None:
    def noted(session: Session, *_: object) -> None:
        if any(isinstance(each, m.AccessLog) and each.what == "sealed" for each in session.new):
            session.info["noted"] = True

    def full(session: Session) -> None:
        session.flush()
        if session.info.get("noted"):
            assert not list((data_dir() / "sealed").glob("*.zip"))
            raise OSError("disk full")

    event.listen(Session, "after_flush", noted)
    event.listen(Session, "before_commit", full)
    try:
        with pytest.raises(OSError, match="disk full"):
            sealed_export.make(cast.actor("cora"), reference)
    finally:
        event.remove(Session, "before_commit", full)
        event.remove(Session, "after_flush", noted)

    assert list((data_dir() / "sealed").iterdir()) == []
    assert complaint_events(reference)[-1].kind != EventKind.SEALED


def test_without_room_nothing_is_made(cast: Cast, reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed_export, "_ROOM", 2**62)

    with pytest.raises(Refused, match="sealed_no_room"):
        sealed_export.make(cast.actor("cora"), reference)


def test_the_keeper_of_a_closed_compartment_takes_it_along_and_nobody_else(cast: Cast) -> None:
    reference = handed(cast, Compartment.UNWANTED_BEHAVIOUR)

    path = taken(cast, reference, "vera")

    assert checked(path) == ([], Stands.SAME)
    said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(read(path, "dossier.pdf"))).pages).replace("\u200b", "")
    assert reference in said
    for who in ("cora", "dora", "wim"):
        with pytest.raises(Refused, match="not_found"):
            sealed_export.make(cast.actor(who), reference)


def test_what_the_reviewer_wrote_is_not_in_it_but_its_place_in_the_history_is(cast: Cast, on: On) -> None:
    reference = ruled(cast, on)
    hers = [each.seq for each in complaint_events(reference) if each.side == Side.APPEAL]
    assert hers

    path = taken(cast, reference)

    assert checked(path) == ([], Stands.SAME)
    events = json.loads(read(path, "geschiedenis.json"))
    assert [each["seq"] for each in events if set(each) == {"seq", "prev", "hash"}] == hers


# Later


def test_the_register_goes_on(cast: Cast, reference: str, on: On) -> None:
    path = taken(cast, reference)
    steps.log(cast.actor("hans"), reference, "note", DECIDED, "Nog iets.")

    done = sealed_check.check(CHECKER, path)

    assert (done.faults, done.stands, done.since) == ([], Stands.WENT_ON, 1)


def test_a_history_that_was_rewritten_is_found(cast: Cast, engine: Engine, reference: str) -> None:
    path, number = taken(cast, reference), complaint_of(reference).id
    last = json.loads(read(path, "manifest.json"))["history"]["events"]
    with Session(engine) as session, session.begin(), unkept(session):
        session.execute(update(m.Event).where(m.Event.complaint_id == number, m.Event.seq == last).values(hash="0" * 64))

    assert checked(path) == ([Fault(Wrong.REWRITTEN, str(last))], None)


def test_one_whose_making_was_taken_out_of_the_history_is_found(cast: Cast, engine: Engine, reference: str) -> None:
    path = taken(cast, reference)
    with Session(engine) as session, session.begin(), unkept(session):
        session.execute(delete(m.Event).where(m.Event.kind == EventKind.SEALED))

    assert checked(path) == ([Fault(Wrong.NOT_MADE)], Stands.SAME)


def test_of_another_register_it_says_so(cast: Cast, engine: Engine, reference: str) -> None:
    path = taken(cast, reference)
    with Session(engine) as session, session.begin(), unkept(session):
        session.execute(update(m.Complaint).values(reference="K00-00000"))

    assert checked(path) == ([Fault(Wrong.UNKNOWN)], None)


def test_a_dossier_that_was_let_go_since(cast: Cast, on: On, engine: Engine, tmp_path: Path) -> None:
    reference = handed(cast, Compartment.UNWANTED_BEHAVIOUR)
    take(cast, reference, ClosedStep.CLOSE, "vera")
    path = taken(cast, reference, "vera").rename(tmp_path / "kept.zip")
    with on(ENDS):
        retention.propose(cast.actor("vera"), reference, What.DOSSIER)
    with on(LATER):
        retention.confirm(cast.actor("vera"), reference, What.DOSSIER)

    assert checked(path) == ([], Stands.LET_GO)
    with pytest.raises(Refused, match="anonymised"), on(LATER):
        sealed_export.make(cast.actor("vera"), reference)


# Changed


def again(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same file with other contents, as somebody would pack it."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    change(contents)
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return other


def edited(contents: dict[str, bytes], name: str, change: Callable[[Any], None]) -> None:
    data = json.loads(contents[name])
    change(data)
    contents[name] = json.dumps(data).encode()


def relisted(contents: dict[str, bytes], name: str) -> None:
    """The list follows what was changed, as somebody who is careful would do it."""

    def change(manifest: Any) -> None:
        for each in manifest["files"]:
            if each["path"] == name:
                each["sha256"], each["size"] = hashlib.sha256(contents[name]).hexdigest(), len(contents[name])

    edited(contents, "manifest.json", change)


def longer(contents: dict[str, bytes], start: str) -> str:
    name = next(each for each in contents if each.startswith(start))
    contents[name] += b" "
    return name


def in_the_history(change: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    def both(contents: dict[str, bytes]) -> None:
        edited(contents, "geschiedenis.json", change)
        relisted(contents, "geschiedenis.json")

    return both


def in_the_list(change: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    return lambda contents: edited(contents, "manifest.json", change)


def other_text(events: Any) -> None:
    next(each for each in events if each.get("text"))["text"] = "Er is niets gezegd."


def without_one(contents: dict[str, bytes]) -> None:
    contents.pop(next(each for each in contents if each.startswith("bijlagen/")))


TAMPERED: dict[str, tuple[Callable[[dict[str, bytes]], object], set[Wrong]]] = {
    "the dossier": (lambda c: longer(c, "dossier.pdf"), {Wrong.CHANGED}),
    "a letter": (lambda c: longer(c, "brieven/"), {Wrong.CHANGED}),
    "an attachment": (lambda c: longer(c, "bijlagen/"), {Wrong.CHANGED}),
    "the history": (lambda c: longer(c, "geschiedenis.json"), {Wrong.CHANGED}),
    "the explanation": (lambda c: longer(c, "lees-mij.txt"), {Wrong.CHANGED}),
    "the list": (lambda c: longer(c, "manifest.json"), {Wrong.SEAL}),
    "the seal": (lambda c: edited(c, "zegel.json", lambda seal: seal.update(hmac_sha256="0" * 64)), {Wrong.SEAL}),
    "an attachment and the list": (lambda c: relisted(c, longer(c, "bijlagen/")), {Wrong.SEAL}),
    "the end": (in_the_list(lambda it: it["history"].update(end="0" * 64)), {Wrong.SEAL, Wrong.END, Wrong.REWRITTEN}),
    "an event": (in_the_history(lambda events: events[2].update(happened_on="2020-01-01")), {Wrong.SEAL, Wrong.HISTORY}),
    "a text": (in_the_history(other_text), {Wrong.SEAL, Wrong.HISTORY}),
    "an event left out": (in_the_history(lambda events: events.pop(2)), {Wrong.SEAL, Wrong.HISTORY, Wrong.END}),
    "a document more": (lambda c: c.update({"bijlagen/99-bewijs.pdf": b"%PDF"}), {Wrong.EXTRA}),
    "a document less": (without_one, {Wrong.MISSING}),
    "the reference": (in_the_list(lambda it: it.update(reference="K26-AAAAA")), {Wrong.SEAL, Wrong.UNKNOWN}),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_every_change_is_found(cast: Cast, reference: str, what: str) -> None:
    change, wrong = TAMPERED[what]
    path = again(taken(cast, reference), change)  # type: ignore[arg-type]

    faults, _ = checked(path)

    found = {each.wrong for each in faults}
    assert found - {Wrong.NOT_MADE} == wrong
    assert Wrong.NOT_MADE in found or wrong & {Wrong.UNKNOWN, Wrong.REWRITTEN}  # and the register does not know it


def test_packed_anew_with_the_same_contents_it_is_not_the_file_that_was_made(cast: Cast, reference: str) -> None:
    assert checked(again(taken(cast, reference), lambda _: None)) == ([Fault(Wrong.NOT_MADE)], Stands.WENT_ON)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"%PDF-1.7", "no list", "a list of nothing", "a list of another kind", "deep"],
    ids=["empty", "cut", "pdf", "no list", "nothing", "other", "deep"],
)
def test_what_is_no_sealed_file_is_refused(cast: Cast, tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "x.zip"
    lists = {"a list of nothing": "{}", "a list of another kind": '{"format": 1}', "deep": "[" * 100_000}
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("manifest.json" if content in lists else "x", lists.get(content, ""))
            archive.writestr("zegel.json", "{}")

    result = CliRunner().invoke(cli, ["check-export", str(path)])

    assert result.exit_code == 1
    assert "This is no" in result.output
    assert "Traceback" not in result.output


def test_the_command_says_it_and_nothing_of_what_stands_in_it(cast: Cast, reference: str) -> None:
    path = taken(cast, reference)
    good = CliRunner().invoke(cli, ["check-export", str(path)])
    bad = CliRunner().invoke(cli, ["check-export", str(again(path, TAMPERED["an attachment"][0]))])  # type: ignore[arg-type]

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "still ends where the file ends" in good.output
    assert "foto.png: was changed." in bad.output
    assert "Karel" not in good.output + bad.output
