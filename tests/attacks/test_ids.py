"""P4: every place that takes an id, asked with one of somebody else, one that never was, one that is gone and one that is
none: one answer, in the same words, about as fast."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from domain.errors import Refused
from domain.vocabulary import Compartment
from services import appeal_files, attachments, dossier, restricted
from tests.attacks.forging import Liar, state
from tests.attacks.test_frames_of_others import Listener
from tests.attacks.test_what_one_may_not_see import NOWHERE, about
from tests.attacks.world import World
from tests.conftest import Cast
from tests.dossiers import hand_over
from tests.figures import Figures, so_many
from tests.web.client import Answer, ask

pytestmark = pytest.mark.usefixtures("nothing_broke")

MOST = 0.020  # seconds between two medians
MALFORMED = ("", "K", "K26-", "k26-zzzzz ", "K26-ZZZZZ' OR 1=1", "%", "\u202eK26", "K26-ZZZZZ\u0000", "A" * 500, "-1", "9" * 30)
ID = re.compile(r"\$\$ID-[0-9a-f]+|[0-9a-f]{32,}|0x[0-9a-f]+")


def answered(act: Callable[[], Any]) -> tuple[Any, ...]:
    try:
        act()
    except Refused as refusal:
        return refusal.code, refusal.field, tuple(refusal.values)
    return ("answered",)


def apart(act: Callable[[str], object], *asked: str, times: int) -> float:
    """The largest difference between the medians, in seconds; asked in turn, so that a slow moment is everybody's."""
    took: dict[str, list[float]] = {each: [] for each in asked}
    for _ in range(times):
        for each in asked:
            began = time.perf_counter()
            act(each)
            took[each].append(time.perf_counter() - began)
    medians = [statistics.median(each) for each in took.values()]
    return max(medians) - min(medians)


# Services


READ = [dossier.read, dossier.steps, dossier.people, restricted.read, appeal_files.read]


@pytest.mark.parametrize("read", READ, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_a_service_answers_the_same_about_as_fast(cast: Cast, read: Callable[..., Any], figures: Figures) -> None:
    who = "hans" if read.__module__ == "services.dossier" else "vera"
    actor, foreign = cast.actor(who), about("hans", "mia", "dora", "vera")(cast)
    assert {answered(partial(read, actor, each)) for each in (foreign, NOWHERE, *MALFORMED)} == {("not_found", None, ())}
    slowest = apart(lambda each: answered(partial(read, actor, each)), foreign, NOWHERE, "%", times=200)
    figures.at_most("P4", f"{read.__module__}.{read.__name__}: seconds between medians of 200", round(slowest, 4), MOST)


def test_a_file_of_somebody_else_a_removed_one_and_none_are_the_same(cast: Cast, figures: Figures) -> None:
    hidden = about("hans", "mia", "dora")(cast)
    foreign, gone = attachments.add(cast.actor("cora"), hidden, [("a.txt", b"hallo"), ("b.txt", b"dag")])
    attachments.remove(cast.actor("cora"), gone, "Hoorde hier niet.")
    kept = hand_over(cast, Compartment.UNWANTED_BEHAVIOUR)
    hans = cast.actor("hans")
    tokens = (foreign, gone, "A" * 43, kept, *MALFORMED)
    assert {answered(partial(attachments.fetch, hans, each)) for each in tokens} == {("not_found", None, ())}
    slowest = apart(lambda each: answered(partial(attachments.fetch, hans, each)), foreign, gone, "A" * 43, times=200)
    figures.at_most("P4", "attachments.fetch: seconds between medians of 200", round(slowest, 4), MOST)


# The running server


def same(answer: Answer) -> tuple[Any, ...]:
    return (
        answer.status,
        answer.body,
        {name: value for name, value in answer.headers.items() if name not in ("date", "set-cookie")},
    )


@pytest.mark.parametrize("below", ["/attachment/", "/media/", "/_stcore/upload_file/"])
def test_an_address_of_somebody_else_is_an_address_that_never_was(world: World, below: str, figures: Figures) -> None:
    hans = Liar.of(world.server, "hans").cookies
    theirs = {"/attachment/": [world.file], "/media/": media_of(world, "cora"), "/_stcore/upload_file/": [f"{'0' * 8}/x"]}[
        below
    ]
    never = {"/attachment/": "A" * 43, "/media/": "0" * 64 + ".pdf", "/_stcore/upload_file/": f"{'1' * 8}/y"}[below]
    get = partial(ask, world.server, method="PUT" if "upload" in below else "GET", cookies=hans, Origin=world.server.url)
    asked = [*theirs, never]
    found = {repr(same(get(below + each))) for each in (*asked, "x", "A" * 300)}
    assert len(found) == 1, found
    slowest = apart(lambda each: get(below + each), *asked, times=so_many(200, 40))
    figures.at_most("P4", f"{below}: seconds between medians", round(slowest, 4), MOST)


def media_of(world: World, who: str) -> list[str]:
    """A download that was made for somebody now."""
    there = Listener.of(world.server, who)
    there.visit("overview")
    return re.findall(r"/media/([0-9a-f]+\.[a-z]+)", there.operate(there.deferred[0]).decode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("who", "page"), [("hans", "complaint"), ("vera", "appeals"), ("vera", "restricted"), ("tom", "complaint")]
)
def test_a_screen_of_somebody_elses_dossier_is_that_of_none(world: World, who: str, page: str, figures: Figures) -> None:
    """By the address; the words and the widgets are the same."""
    liar = Liar.of(world.server, who)
    foreign = world.closed if (who, page) == ("tom", "complaint") else world.hidden

    def shown(reference: str) -> str:
        screen = liar.visit(page, f"ref={reference}")
        assert not screen.failed
        return ID.sub("", screen.said.replace(reference, "…").replace(reference.lower(), "…"))

    for _ in range(2):  # the second time nothing is new
        first = shown(NOWHERE)
    assert shown(foreign) == first
    assert shown("K26-AAAAA") == first
    slowest = apart(shown, foreign, NOWHERE, times=so_many(200, 15))
    allowed = MOST if so_many(1, 0) else 0.2  # fifteen tries on a loaded machine say less
    figures.at_most("P4", f"/{page}?ref=, by {who}: seconds between medians", round(slowest, 4), allowed)


def test_a_choice_that_was_not_offered_opens_nothing(world: World) -> None:
    """Widget values: a dossier that is not in the list, in every field that takes one."""
    liar = Liar.of(world.server, "hans")
    liar.visit("board")
    fields = [each for each in liar.screen.widgets if "board." in each]
    assert fields
    for reference in (world.hidden, world.closed, NOWHERE, "", "\x00"):
        for each in fields:
            said = liar.widget(state(each, string_value=reference)).said
            assert "Geheimzaak" not in said
    for each in (world.hidden, NOWHERE):
        assert "Geheimzaak" not in liar.widget(page=liar.screen.pages["complaint"], query=f"ref={each}").said
