"""Twelve ways to change what happened behind the register's back, with all power over its database; each is found (P30)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, delete, insert, select, update

from commands.verify import VERIFIER
from db import append_only
from db import models as m
from manage import cli
from services import anchoring, steps, verifying
from services.anchoring import Anchor, AnchorChanged
from services.records import event_hash
from services.verifying import Wrong
from tests.cases import Case
from tests.conftest import POSTGRESQL, Cast
from tests.dossiers import DECIDED, On, complaint_of, decided
from tests.figures import Figures

EVENT_TRIGGERS = {each.name for each in append_only.triggers("postgresql" if POSTGRESQL else "sqlite") if each.table == "event"}
E, T, H, C = (m.Base.metadata.tables[name] for name in ("event", "event_text", "chain_head", "complaint"))


@dataclass
class Attacker:
    """Somebody who may change any row of the database, and knows how the hashes are made."""

    engine: Engine
    on: On
    cast: Cast
    reference: str
    number: int
    length: int  # of the history, at the anchor

    def raw(self, act: Callable[[Connection], object], quietly: bool = True) -> None:
        """`quietly`: the triggers are taken off, and put on again so that nobody sees that."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            else:
                connection.exec_driver_sql("SET session_replication_role = replica")
            if quietly:
                append_only.take_off(connection)
            act(connection)
            if quietly:
                append_only.put_on(connection)
            connection.commit()
        self.engine.dispose()

    def change(self, seq: int, /, quietly: bool = True, **values: Any) -> None:
        row = update(E).where(E.c.complaint_id == self.number, E.c.seq == seq)
        self.raw(lambda c: c.execute(row.values(**values)), quietly)

    def cut(self, seq: int) -> None:
        self.raw(lambda c: c.execute(delete(E).where(E.c.complaint_id == self.number, E.c.seq == seq)))

    def events(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(select(E).where(E.c.complaint_id == self.number).order_by(E.c.seq)))

    def end_at(self, row: Any) -> None:
        self.raw(lambda c: c.execute(update(H).where(H.c.complaint_id == self.number).values(seq=row.seq, hash=row.hash)))

    def rewrite(self, seq: int) -> None:
        """The hashes from this event on, and the end."""
        before = next((row.hash for row in self.events() if row.seq == seq - 1), "0" * 64)
        for row in self.events()[seq - 1 :]:
            self.change(row.seq, prev_hash=before)
            again = event_hash(self.events()[row.seq - 1])
            self.change(row.seq, hash=again)
            before = again
        self.end_at(self.events()[-1])

    def works_on(self) -> None:
        """What anybody may do: the history gets longer."""
        with self.on(DECIDED):
            steps.log(self.cast.actor("hans"), self.reference, "note", DECIDED, "Nog gebeld met de zaal.")


def change(them: Attacker) -> None:
    them.change(4, kind="note")


def delete_middle(them: Attacker) -> None:
    them.cut(3)


def delete_tail(them: Attacker) -> None:
    them.cut(them.length)
    them.end_at(them.events()[-1])


def swap(them: Attacker) -> None:
    for old, new in ((2, 1000), (3, 2), (1000, 3)):
        them.change(old, seq=new)


def put_in(them: Attacker) -> None:
    for row in reversed(them.events()[2:]):
        them.change(row.seq, seq=row.seq + 1)
    one = dict(them.events()[1]._mapping) | {"id": 10_000, "seq": 3, "prev_hash": them.events()[1].hash}
    one |= {"text_salt": None, "text_hash": None}
    one["hash"] = event_hash(m.Event(**one))
    them.raw(lambda c: c.execute(insert(E).values(**one)))


def rewrite_from(them: Attacker) -> None:
    them.change(3, happened_on=date(2026, 9, 1))
    them.rewrite(3)


def change_time(them: Attacker) -> None:
    them.change(5, recorded_at=them.events()[4].recorded_at - timedelta(days=2))


def change_text(them: Attacker) -> None:
    row = next(row for row in them.events() if row.text_hash)
    them.raw(lambda c: c.execute(update(T).where(T.c.event_id == row.id).values(text="Er is nooit iets gezegd.")))


def replay(them: Attacker) -> None:
    """The file of yesterday is put back; the anchor was dropped today."""
    for row in them.events()[them.length - 3 :]:
        them.cut(row.seq)
    them.end_at(them.events()[-1])


def drop_triggers(them: Attacker) -> None:
    def drop(c: Connection) -> None:
        if c.dialect.name == "sqlite":
            found = c.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
            for (name,) in found.all():
                c.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            c.exec_driver_sql("ALTER TABLE event DISABLE TRIGGER ALL")

    them.raw(drop, quietly=False)
    them.change(2, codes={}, quietly=False)
    them.change(1, actor_id=them.cast["adam"], quietly=False)


def fork(them: Attacker) -> None:
    """Two events follow the same one: what keeps that out is taken away first."""

    def copy(c: Connection) -> None:
        if c.dialect.name == "sqlite":
            c.exec_driver_sql("CREATE TABLE other AS SELECT * FROM event")
            c.exec_driver_sql("DROP TABLE event")
            c.exec_driver_sql("ALTER TABLE other RENAME TO event")
        else:
            c.exec_driver_sql("ALTER TABLE event DROP CONSTRAINT uq_event_complaint_id_seq")

    them.raw(copy)
    one = dict(them.events()[3]._mapping) | {"id": 10_000, "kind": "note"}
    one["hash"] = event_hash(m.Event(**one))
    them.raw(lambda c: c.execute(insert(E).values(**one)))


# In itself each of the first group is broken; a history of the second fits in itself, and only the anchor tells.
WITHOUT = {
    "change": (change, 4, Wrong.CONTENT),
    "delete the middle": (delete_middle, 3, Wrong.NUMBER),
    "swap": (swap, 2, Wrong.LINK),
    "insert": (put_in, 4, Wrong.LINK),
    "change the time": (change_time, 5, Wrong.CONTENT),
    "another table's row": (change_text, None, Wrong.TEXT),
    "drop the triggers": (drop_triggers, 1, Wrong.CONTENT),
    "fork": (fork, 5, Wrong.NUMBER),
}
WITH = {
    "delete the tail": (delete_tail, Wrong.ANCHOR_SHORT),
    "recompute from there": (rewrite_from, Wrong.ANCHOR_OTHER),
    "replay an old database": (replay, Wrong.ANCHOR_SHORT),
}


@pytest.fixture
def them(engine: Engine, cast: Cast, on: On) -> Attacker:
    reference = decided(cast, on)
    found = Attacker(engine, on, cast, reference, complaint_of(reference).id, 0)
    found.length = len(found.events())
    assert found.length >= 6
    assert verifying.verify(VERIFIER).faults == []
    return found


@pytest.fixture
def kept(them: Attacker) -> Anchor:
    return anchoring.read(anchoring.drop(VERIFIER).sheet)


def told(anchor: Anchor | None = None) -> list[tuple[str, int | None, Wrong]]:
    return [(each.reference, each.seq, each.wrong) for each in verifying.verify(VERIFIER, anchor).faults]


@pytest.mark.parametrize("name", WITHOUT)
def test_it_does_not_fit_in_itself_any_more(them: Attacker, name: str, figures: Figures) -> None:
    attack, seq, wrong = WITHOUT[name]

    attack(them)

    seq = seq or next(row.seq for row in them.events() if row.text_hash)
    unguarded = [each for each in told() if each[2] is Wrong.UNGUARDED]
    figures.equal("P30", f"attack found: {name}", [*unguarded, (them.reference, seq, wrong)] == told(), 1)
    assert {name for name, *_ in unguarded} == (EVENT_TRIGGERS if attack is drop_triggers else set())


@pytest.mark.parametrize("name", WITH)
def test_it_fits_in_itself_and_not_with_the_anchor(them: Attacker, kept: Anchor, name: str, figures: Figures) -> None:
    attack, wrong = WITH[name]

    attack(them)

    assert told() == []
    found = [(reference, each) for reference, _, each in told(kept)]
    figures.equal("P30", f"attack found: {name}", found == [(them.reference, wrong)], 1)


def test_a_rewritten_history_that_grew_since_is_found(them: Attacker, kept: Anchor) -> None:
    rewrite_from(them)
    them.works_on()

    assert told() == []
    assert told(kept) == [(them.reference, them.length, Wrong.ANCHOR_OTHER)]


def test_the_anchor_is_changed_along_with_the_history(them: Attacker, kept: Anchor, tmp_path: Path, figures: Figures) -> None:
    """Twelfth: one head in the sheet, and then the whole sheet. The line that was printed or mailed gives it away."""
    line, sheet = tmp_path / "lines", tmp_path / "sheet"
    line.write_text(kept.line + "\n")
    rewrite_from(them)
    forged = anchoring.drop(VERIFIER)
    half = kept.sheet.replace(kept.heads[them.number][1], forged.heads[them.number][1])
    with pytest.raises(AnchorChanged):
        anchoring.read(half)
    sheet.write_text(forged.sheet)

    assert CliRunner().invoke(cli, ["verify", "--anchor", str(sheet)]).exit_code == 0
    result = CliRunner().invoke(cli, ["verify", "--anchor", str(sheet), "--lines", str(line)])
    assert result.exit_code == 1
    figures.equal("P30", "attack found: change the anchor", "one of the two was changed" in result.output, 1)


# Besides the twelve


def test_a_dossier_may_grow_after_the_anchor(them: Attacker, kept: Anchor) -> None:
    them.works_on()

    assert len(them.events()) > them.length
    assert told(kept) == []


def test_a_dossier_that_was_taken_out_altogether_is_missed(them: Attacker, kept: Anchor) -> None:
    def out(c: Connection) -> None:
        for table in (T, E, H):
            c.execute(delete(table).where(table.c.complaint_id == them.number))
        c.execute(delete(C).where(C.c.id == them.number))

    them.raw(out)

    assert told() == []
    assert told(kept) == [(f"#{them.number}", None, Wrong.ANCHOR_LOST)]


def test_two_dossiers_that_change_names_are_found(them: Attacker) -> None:
    other = Case.registered("training", them.cast)
    kept = anchoring.drop(VERIFIER)
    number = other.row.id

    def exchange(c: Connection) -> None:
        for which, name in ((number, "K00-00000"), (them.number, other.reference), (number, them.reference)):
            c.execute(update(C).where(C.c.id == which).values(reference=name))

    them.raw(exchange)

    assert told() == []
    assert {(reference, wrong) for reference, _, wrong in told(kept)} == {
        (them.reference, Wrong.ANCHOR_OTHER),
        (other.reference, Wrong.ANCHOR_OTHER),
    }


def test_an_event_or_an_end_without_a_dossier_and_a_dossier_without_history(them: Attacker) -> None:
    them.raw(lambda c: c.execute(delete(C)))
    assert told() == [(f"#{them.number}", None, Wrong.NO_DOSSIER)]
    them.raw(lambda c: c.execute(delete(E)))
    assert told() == [(f"#{them.number}", None, Wrong.NO_DOSSIER)]


def test_an_end_that_is_elsewhere(them: Attacker) -> None:
    them.end_at(them.events()[-2])
    assert told() == [(them.reference, them.length, Wrong.HEAD)]
    them.raw(lambda c: c.execute(delete(H)))
    assert told() == [(them.reference, them.length, Wrong.HEAD)]
    them.raw(lambda c: c.execute(delete(E)))
    assert told() == [(them.reference, None, Wrong.NO_HISTORY)]


def test_the_text_is_taken_away_with_its_salt(them: Attacker) -> None:
    row = next(row for row in them.events() if row.text_hash)
    them.raw(lambda c: c.execute(delete(T).where(T.c.event_id == row.id)))
    assert told() == [(them.reference, row.seq, Wrong.TEXT)]
    them.change(row.seq, text_salt=None)
    assert told() == [(them.reference, row.seq, Wrong.TEXT)]


def test_a_status_that_lets_texts_go_needs_the_register_of_what_was_destroyed(them: Attacker) -> None:
    them.raw(lambda c: c.execute(update(C).values(status="anonymised")))

    assert told() == [(them.reference, None, Wrong.NOT_DESTROYED)]


def test_a_value_that_no_event_can_have_stops_nothing(them: Attacker) -> None:
    if them.engine.dialect.name != "sqlite":
        pytest.skip("this database keeps such values out")
    them.raw(lambda c: c.exec_driver_sql("UPDATE event SET codes = '{', happened_on = 'gisteren' WHERE seq = 2"))

    assert told() == [(f"#{them.number}", None, Wrong.UNREADABLE)]


def test_the_command_names_the_place_and_nothing_of_what_stands_there(them: Attacker) -> None:
    change_text(them)

    result = CliRunner().invoke(cli, ["verify"])

    assert result.exit_code == 1
    assert f"{them.reference}: event " in result.output
    with them.engine.connect() as connection:
        texts = list(connection.execute(select(T.c.text)).scalars())
        codes = [json.dumps(each) for each in connection.execute(select(E.c.codes)).scalars() if each]
    told_of = complaint_of(them.reference)
    assert not [each for each in (*texts, *codes, told_of.title, told_of.description) if each in result.output]
