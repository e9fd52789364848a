"""Evaluation forms from a file: a preview, in parts, cut short and again, and a report of what was skipped and why."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from db import models as m
from domain.errors import Refused
from domain.mapping import ColumnMap, DateOrder
from services import door, evaluation_import, evaluation_sources, evaluations
from services.evaluation_import import BATCH, Preview
from tests.conftest import CAST, Cast
from tests.evaluating import COLUMNS, HEADINGS, ROWS, as_csv, bring, confirm, dismiss, many, rows, source, version, waiting


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=f"^{code}$")


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    found: list[str] = []

    def note(*given: Any) -> None:
        found.append(str(given[2]))

    event.listen(door.engine(), "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(door.engine(), "before_cursor_execute", note)


def look(cast: Cast, number: int, content: bytes, who: str = "cora") -> Preview:
    return evaluation_import.look(cast.actor(who), number, "forms.csv", content)


def brought(cast: Cast, who: str = "cora") -> evaluation_import.Brought:
    return evaluation_import.brought(cast.actor(who))[0]


# Looking first


def test_a_preview_says_what_would_come_of_it_and_keeps_nothing(cast: Cast) -> None:
    number = source(cast)
    broken = [
        *ROWS,
        ("F-4", "31-02-2026", "", "1", "", "", ""),
        ("F-5", "", "", "7", "", "", ""),
        ("F-6", "", "", "", "", "", ""),
    ]

    shown = look(cast, number, as_csv(broken))

    assert (shown.total, shown.proposed, shown.not_proposed, shown.known, shown.theirs) == (6, 2, 1, 0, 0)
    assert [(each.row, each.code, each.heading) for each in shown.skipped] == [
        (5, "cell_date_impossible", "Datum"),
        (6, "cell_number_range", "Cijfer"),
        (7, "form_empty", ""),
    ]
    assert [form.form for form, _ in shown.examples] == ["F-1", "F-3"]
    assert rows() == []


def test_the_headings_are_proposed_for_somebody_to_look_at(cast: Cast) -> None:
    found = evaluation_import.headings(cast.actor("cora"), "forms.csv", as_csv(ROWS))

    assert found.columns == HEADINGS
    assert dict(found.proposed) == COLUMNS


def test_a_workbook_comes_in_as_it_is(cast: Cast) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADINGS))
    sheet.append(["F-1", date(2026, 11, 2), "Basis", 2, "De zaal was koud", "Jo Jansen", "Een ander"])
    sheet.append(["F-2", date(2026, 11, 2), "Basis", 4.5, None, None, None])
    content = io.BytesIO()
    book.save(content)
    number = source(cast)
    bring(cast, number, [("F-1", "2026-11-02", "Basis", "2", "De zaal was koud", "Jo Jansen", "Een ander")])

    shown = evaluation_import.look(cast.actor("cora"), number, "forms.xlsx", content.getvalue())

    assert (shown.known, shown.not_proposed, shown.skipped) == (1, 1, ())  # the same form, whatever file it stands in


def test_a_score_in_words_and_an_american_date(cast: Cast) -> None:
    mapping = {"choices": {"score": {"Zeer ontevreden": "1", "tevreden": "4"}}, "order": DateOrder.MONTH_FIRST}
    number = source(cast, **mapping)
    bring(cast, number, [("1", "03/04/2026", "", "zeer  ONTEVREDEN", "", "", ""), ("2", "", "", "tevreden", "", "", "")])

    (found,) = waiting(cast)
    assert (found.score, found.filled_in_on) == (Decimal(1), date(2026, 3, 4))


# Bringing it in


def test_five_thousand_rows_in_one_go_with_progress(engine: Engine, cast: Cast) -> None:
    number, told = source(cast), list[tuple[int, int]]()
    with statements(engine) as said:
        bring(cast, number, many(5000), told=lambda done, total: told.append((done, total)))

    assert (len(rows()), brought(cast).proposed, brought(cast).not_proposed) == (1250, 1250, 3750)
    assert told == [(500, 1250), (1000, 1250), (1250, 1250)]
    assert len(said) < 150, "a few statements for each part, not for each row"


def test_the_same_file_again_brings_nothing_new(cast: Cast) -> None:
    number = source(cast)
    bring(cast, number, many(40))
    before = [each.id for each in rows()]
    dismiss(cast, before[0])
    confirm(cast, before[1])

    bring(cast, number, many(40))
    bring(cast, number, reversed(many(44)))

    assert len(rows()) == 11
    first, again, more = reversed(evaluation_import.brought(cast.actor("cora")))
    assert [(each.proposed, each.known) for each in (first, again, more)] == [(10, 0), (0, 10), (1, 10)]


def test_rows_that_say_the_same_are_as_many_forms(cast: Cast) -> None:
    number, same = source(cast), ("", "", "", "1", "", "", "")
    bring(cast, number, [same] * 3)
    bring(cast, number, [same] * 4)

    assert len(rows()) == 4


def test_a_file_that_was_cut_short_goes_on_where_it_was(cast: Cast) -> None:
    class CutShort(BaseException):
        """As Streamlit ends a script: no Exception."""

    def stop(done: int, _total: int) -> None:
        if done >= 2 * BATCH:
            raise CutShort

    number, form_id = source(cast), str(uuid4())
    with pytest.raises(CutShort):
        bring(cast, number, many(6000), told=stop, form_id=form_id)
    assert (len(rows()), brought(cast).finished) == (2 * BATCH, False)

    bring(cast, number, many(6000), form_id=form_id)

    assert len(rows()) == 1500
    (only,) = evaluation_import.brought(cast.actor("cora"))
    assert (only.proposed, only.known, only.finished) == (1500, 0, True)


def test_cut_short_and_brought_in_by_somebody_else(cast: Cast) -> None:
    number = source(cast)
    with pytest.raises(KeyboardInterrupt):
        bring(cast, number, many(4000), told=lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))

    bring(cast, number, many(4000), who="dora")

    assert (len(rows()), brought(cast, "dora").proposed, brought(cast, "dora").known) == (1000, 500, 500)
    assert not brought(cast).finished


def test_the_same_click_twice_is_one_import(cast: Cast) -> None:
    number, form_id = source(cast), str(uuid4())

    assert bring(cast, number, form_id=form_id) == bring(cast, number, form_id=form_id)
    assert len(evaluation_import.brought(cast.actor("cora"))) == 1


def test_who_maps_the_columns_anew_meanwhile_is_seen(cast: Cast) -> None:
    number = source(cast)
    seen = version(cast, number)
    less = ColumnMap({"score": "Cijfer"})
    evaluation_sources.save(cast.actor("dora"), "Enquête", less, source_id=number, seen=seen)

    with refused("changed_meanwhile"):
        evaluation_import.run(cast.actor("cora"), str(uuid4()), number, seen, "forms.csv", as_csv(ROWS))


def test_a_heading_that_went_is_named(cast: Cast) -> None:
    number = source(cast)

    with refused("mapping_column_gone") as no:
        bring(cast, number, [("x",)], headings=("Nummer",))
    assert no.value.values["heading"] in HEADINGS


# About somebody


def trained_by(*names: str) -> list[tuple[str, ...]]:
    return [(f"F-{n}", "", "", "1", "Slecht", "", name) for n, name in enumerate(names)]


def test_a_form_about_a_colleague_is_shielded_as_it_comes_in(cast: Cast) -> None:
    bring(cast, source(cast), trained_by("Dora Directeur", "DIRECTEUR, Dora", "D. Directeur", "Iemand Anders", "Tom Trainer"))

    assert [each.form for each in waiting(cast, "dora")] == ["F-3", "F-4"]
    assert [[name for _, name in each.about] for each in waiting(cast)] == [*[["Dora Directeur"]] * 3, [], ["Tom Trainer"]]


def test_who_brings_in_forms_about_themself_hears_only_how_many(cast: Cast) -> None:
    number = source(cast)
    content = trained_by("Cora Coördinator", "Een ander")

    shown = look(cast, number, as_csv(content))
    assert (shown.theirs, shown.proposed, [form.form for form, _ in shown.examples]) == (1, 1, ["F-1"])
    bring(cast, number, content)
    again = look(cast, number, as_csv(content))

    assert (again.theirs, again.proposed, again.known) == (1, 0, 1)
    assert (brought(cast).theirs, brought(cast).proposed) == (1, 1)
    assert [each.form for each in waiting(cast)] == ["F-1"]
    assert [each.form for each in waiting(cast, "dora")] == ["F-0", "F-1"]


def test_a_form_that_nobody_could_judge_is_not_taken_and_said(engine: Engine, cast: Cast) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(m.Account, cast["dora"]).active = False
    number = source(cast)
    bring(cast, number, trained_by("Cora Coördinator"))

    assert rows() == []
    assert [(each.row, each.code) for each in brought(cast).skipped] == [(2, "evaluation_nobody_left")]


# The report


def test_a_report_of_what_was_skipped_and_why_with_dead_formulas(cast: Cast) -> None:
    columns = COLUMNS | {"score": "=1+1"}
    headings = ("Nummer", "Datum", "Training", "=1+1", "Opmerking", "Naam", "Trainer")
    number = source(cast, columns=columns)
    content = [
        ("F-1", "", "", "1", '=HYPERLINK("x")', "", ""),
        ("F-2", "", "", "slecht", "", "", ""),
        ("F-3", "2/3/2026", "", "1", "", "", ""),
    ]
    import_id = bring(cast, number, content, headings=headings)

    made = evaluation_import.report(cast.actor("cora"), import_id)

    book = load_workbook(io.BytesIO(made.content))
    about, skipped = book.worksheets
    found = dict(about.iter_rows(min_row=2, values_only=True))
    assert found["Rijen met inhoud"] == 3
    assert found["Nieuw voorgesteld"] == 1
    assert found["Overgeslagen omdat ze niet te lezen zijn"] == 2
    lines = list(skipped.iter_rows(min_row=2, values_only=True))
    assert [line[:2] for line in lines] == [(3, "=1+1"), (4, "Datum")]
    assert all(str(line[2]).endswith(".") for line in lines)
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert "HYPERLINK" not in str(lines)


def test_somebody_elses_report_does_not_exist(cast: Cast) -> None:
    import_id = bring(cast, source(cast))

    for who in ("dora", "cora"):
        for number in (import_id, 1, 0) if who == "dora" else (1, 0):
            with refused("import_unknown"):
                evaluation_import.report(cast.actor(who), number)
    assert evaluation_import.brought(cast.actor("dora")) == ()


def test_every_row_is_somewhere(cast: Cast) -> None:
    bring(cast, source(cast), [*many(30), ("x", "", "", "geen", "", "", ""), ("", "", "", "", "", "", "")])

    found = brought(cast)
    assert found.total == found.proposed + found.known + found.not_proposed + found.theirs + len(found.skipped)
    assert (found.total, found.passed_over) == (31, 1)  # an empty row is none


def test_odd_text_comes_in_as_it_is_or_is_refused(cast: Cast) -> None:
    odd = [
        ("=1+1", "", "", "1", "<script>alert(1)</script> [x](http://x.invalid) \u202e", "Zoë 😀", "*"),
        ("F-2", "", "x" * 300, "1", "", "", ""),
        ("F-3", "", "", "1", "\u200b", "", ""),
    ]
    bring(cast, source(cast), odd)

    first, third = waiting(cast)
    assert (first.form, first.person, first.trainer) == ("=1+1", "Zoë 😀", "*")
    assert first.words.startswith("<script>")
    assert third.form == "F-3"
    assert [each.code for each in brought(cast).skipped] == ["text_too_long"]


# Sources and rules


def test_a_source_has_a_name_of_its_own_and_a_column_to_judge_by(cast: Cast) -> None:
    cora = cast.actor("cora")
    number = source(cast)
    assert source(cast, "dora") == number  # the same again

    with refused("source_exists"):
        evaluation_sources.save(cora, "Enquête", ColumnMap({"score": "Cijfer"}))
    with refused("source_needs_column"):
        evaluation_sources.save(cora, "Ander", ColumnMap({"form": "Nummer"}))
    with refused("source_column"):
        evaluation_sources.save(cora, "Ander", ColumnMap({"score": "Cijfer", "anders": "Nummer"}))
    with refused("missing"):
        evaluation_sources.save(cora, " ", ColumnMap({"score": "Cijfer"}))
    with refused("source_unknown"):
        evaluation_sources.save(cora, "x", ColumnMap({"score": "Cijfer"}), source_id=99)
    with refused("changed_meanwhile"):
        evaluation_sources.save(cora, "Enquête", ColumnMap({"score": "Cijfer"}), source_id=number, seen=99)


def test_the_rule_of_the_source_before_that_of_the_organisation(cast: Cast) -> None:
    cora = cast.actor("cora")
    evaluation_sources.choose_rule(cora, {"lowest": 1, "highest": 5, "at_most": 1, "words": ["koud*"]}, None)
    bring(cast, source(cast))
    assert [each.form for each in waiting(cast)] == ["F-1", "F-3"]  # for its words, and for its score

    own = evaluation_sources.save(
        cora, "Cijfers", ColumnMap(COLUMNS), rule={"lowest": 1, "highest": 10, "at_most": "5.5", "words": []}
    )
    bring(cast, own, [("T-1", "", "", "5,5", "", "", ""), ("T-2", "", "", "6", "", "", "")])
    assert [each.form for each in waiting(cast)][2:] == ["T-1"]


def test_an_old_screen_does_not_change_the_rule(cast: Cast) -> None:
    rule = {"lowest": 1, "highest": 5, "at_most": 1, "words": []}
    evaluation_sources.choose_rule(cast.actor("cora"), rule, None)
    evaluation_sources.choose_rule(cast.actor("cora"), rule, None)  # a double click

    with refused("changed_meanwhile"):
        evaluation_sources.choose_rule(cast.actor("dora"), rule | {"at_most": 3}, None)


@pytest.mark.parametrize("who", sorted(set(CAST) - {"cora", "dora"}))
def test_others_bring_nothing_in_and_see_nothing_of_it(cast: Cast, who: str) -> None:
    number, them = source(cast), cast.actor(who)
    import_id = bring(cast, number)
    content = as_csv(ROWS)

    for call in (
        lambda: evaluation_import.headings(them, "forms.csv", content),
        lambda: evaluation_import.look(them, number, "forms.csv", content),
        lambda: evaluation_import.run(them, str(uuid4()), number, 1, "forms.csv", content),
        lambda: evaluation_import.brought(them),
        lambda: evaluation_import.report(them, import_id),
        lambda: evaluation_sources.save(them, "x", ColumnMap({"score": "Cijfer"})),
        lambda: evaluation_sources.choose_rule(them, {}, None),
    ):
        with refused("not_allowed"):
            call()
    assert evaluations.pile(cast.actor("cora")).total == 2
