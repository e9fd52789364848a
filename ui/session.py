"""What every page asks: who is here, in which language, where are the other pages, and how is a refusal shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import punctuation
from urllib.parse import SplitResult, urlsplit
from uuid import uuid4

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx

from domain.errors import Refused
from domain.rights import Right, Scope
from services.accounts import Me
from services.door import Actor
from text import LANGUAGES, translate

ROOT = Path(__file__).resolve().parent.parent

_REGULAR = frozenset(Scope) - {Scope.NONE, Scope.APPEALED, Scope.UNWANTED, Scope.WHISTLEBLOWER}
_CLOSED = frozenset({Scope.UNWANTED, Scope.WHISTLEBLOWER})

ICONS = {
    "home": ":material/home:",
    "intake": ":material/add_comment:",
    "board": ":material/view_list:",
    "search": ":material/search:",
    "complaint": ":material/folder_open:",
    "actions": ":material/task_alt:",
    "appeals": ":material/balance:",
    "overview": ":material/bar_chart:",
    "review": ":material/event_repeat:",
    "evaluations": ":material/rate_review:",
    "report": ":material/summarize:",
    "terms": ":material/date_range:",
    "restricted": ":material/lock:",
    "retention": ":material/auto_delete:",
    "access": ":material/contact_page:",
    "importing": ":material/upload_file:",
    "requests": ":material/group_add:",
    "people": ":material/group:",
    "help": ":material/help:",
    "account": ":material/person:",
}
HIDDEN = frozenset({"home", "complaint"})  # reachable by address and by a row, not in the menu


def actor() -> Actor:
    """The session id that the gate put into `st.user`; None for a visitor. Widgets cannot set it."""
    session = st.user.get("session")
    return session if isinstance(session, str) and session else None


def browser() -> str:
    """The SHA-256 of this browser's cookie, as the gate gave it; empty where the browser keeps none."""
    given = st.user.get("browser")
    return given if isinstance(given, str) else ""


def source() -> str:
    """Where this connection comes from, for counting failed sign-ins."""
    given = st.context.headers.get("X-Weerklank-Source")
    return given if isinstance(given, str) else ""


def chosen_before() -> str | None:
    """The language that a visitor chose on an earlier screen."""
    given = st.context.headers.get("X-Weerklank-Language")
    return given if isinstance(given, str) else None


def go(address: str) -> None:
    """Send the browser to an address of ours outside the screens, the way `st.login` itself does."""
    context = get_script_run_ctx()
    if context is not None:
        message = ForwardMsg()
        message.auth_redirect.url = address
        context.enqueue(message)


def me() -> Me:
    """Who is signed in, as the shell read it at the start of this run. For menus and greetings, not for decisions."""
    person = st.session_state.get("session.me")
    if not isinstance(person, Me):
        raise Refused("signed_out")
    return person


def has(right: Right) -> bool:
    """Does this person hold `right` at all? For menus only: the door decides."""
    return me().may(right)


def language() -> str:
    person = st.session_state.get("session.me")
    chosen = person.language if isinstance(person, Me) else st.session_state.get("session.language", "nl")
    return chosen if chosen in LANGUAGES else "nl"


def t(key: str, **values: object) -> str:
    """The message in the language of the person who is here."""
    return translate(language(), key, **values)


def literal(words: str) -> str:
    """What somebody typed, for a place that reads Markdown: its signs are only signs there."""
    lines = (_BROKEN.sub(_JOINER, line.strip()) for line in words.splitlines())  # an indented line would be code
    return "\n".join("".join(f"\\{sign}" if sign in punctuation else sign for sign in line) for line in lines)


def in_badge(words: str) -> str:
    """As `literal`, for a badge, which keeps square brackets apart itself."""
    return literal(words).replace("\\[", "[").replace("\\]", "]")


# Arrows, addresses and Streamlit's own mark are looked for after Markdown was read: an invisible sign keeps them apart.
_JOINER = "\N{WORD JOINER}"
_BROKEN = re.compile(r"(?i)(?<=[<>~-])(?=[<>=-])|(?<=:)(?=streamlit:|material_|//)|(?<=www)(?=\.)|(?<=\w)(?=@)")


# Pages


_NEEDS = {
    "intake": Right.REGISTER,
    "complaint": Right.OPEN,
    "search": Right.OPEN,
    "overview": Right.OVERVIEW,
    "terms": Right.PROCEDURE,
    "retention": Right.RETAIN,
    "access": Right.EXPORT_DOSSIER,
    "importing": Right.TAKE_OVER,
    "review": Right.REVIEW,
    "evaluations": Right.EVALUATIONS,
    "report": Right.REPORT,
    "requests": Right.GRANT,
    "people": Right.ACCOUNTS,
}


def reachable(name: str, person: Me) -> bool:
    """Is this page for this person? A menu, not a lock."""
    match name:
        case "board":
            return bool(person.reach(Right.LIST) & _REGULAR)
        case "actions":  # who can do something with a measure of somebody else
            return bool(person.reach(Right.LOG) & _REGULAR)
        case "appeals":  # a confidant who hears none reads there why
            return person.may(Right.APPEAL_RULE) or Scope.UNWANTED in person.reach(Right.LIST)
        case "restricted":
            return bool(person.reach(Right.LIST) & _CLOSED)
    return name not in _NEEDS or person.may(_NEEDS[name])


class _Pages(Mapping[str, st.Page]):
    """`PAGES["complaint"]`: a page by name, for st.switch_page and st.page_link. Made anew each time: a page object
    belongs to one run, and a shared one would belong to everybody."""

    def __getitem__(self, name: str) -> st.Page:
        if name not in ICONS:
            raise KeyError(name)
        return st.Page(
            ROOT / "pages" / f"{name}.py",
            title=t(f"menu.{name}"),
            icon=ICONS[name],
            url_path=name,
            default=name == "home",
            visibility="hidden" if name in HIDDEN else "visible",
        )

    def __iter__(self) -> Iterator[str]:
        return (name for name in ICONS if (ROOT / "pages" / f"{name}.py").is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)


PAGES = _Pages()


# Refusals


def sentence(refusal: Refused, drawn: Callable[[str], str] = literal) -> str:
    """What a refusal says to the person; lists in its values are keys of messages. `drawn`: how words in them are put
    where the sentence goes; `str` where Markdown is not read."""

    def said(value: object) -> object:
        if isinstance(value, list | tuple | frozenset):
            return ", ".join(t(str(each)) for each in value)
        return drawn(value) if isinstance(value, str) else value

    code = "wait_one" if refusal.values.get("seconds") == 1 else refusal.code
    return t(f"refused.{code}", **{name: said(value) for name, value in refusal.values.items()})


STANDS_STILL = ("database_away", "disk_full")  # the screen waits, and goes on by itself


class Fields:
    """Places under the fields of one form, where a refusal that names the field is shown.

    places = Fields(); title = st.text_input(...); places.under("title"); ... with show_refusals(places): ...
    """

    def __init__(self) -> None:
        self._places: dict[str, DeltaGenerator] = {}

    def under(self, field: str) -> None:
        """Call right after the field's widget."""
        self._places[field] = st.empty()

    def place(self, field: str | None) -> DeltaGenerator | None:
        return self._places.get(field) if field else None


@contextmanager
def show_refusals(fields: Fields | None = None, area: DeltaGenerator | None = None, reading: bool = False) -> Iterator[None]:
    """Shows what a service refused: under the field to blame, else in `area`, else here. What was typed stays. `reading`:
    what the screen is made of; where the database does not answer there is none without it, and the shell waits."""
    try:
        yield
    except Refused as refusal:
        if reading and refusal.code in STANDS_STILL:
            raise
        place = fields.place(refusal.field) if fields else None
        (place or area or st).error(sentence(refusal), icon=":material/error:")


# What a page says after it went on to another screen or drew itself anew


def tell(key: str, **values: object) -> None:
    """Say that something was done, at the top of the next screen ("people.saved")."""
    st.session_state["session.told"] = t(key, **values)


def show_told() -> None:
    """For the shell."""
    told = st.session_state.pop("session.told", None)
    if told:
        st.success(told, icon=":material/check:")


def address_here() -> SplitResult:
    """What this browser says its address is; anything can stand there."""
    try:
        return urlsplit(st.context.url if isinstance(st.context.url, str) else "")
    except ValueError:
        return urlsplit("")


def own_url(address: str) -> str:
    """A whole address of ours ("/?link=..."), as this browser knows us: for what is sent to somebody else."""
    here = address_here()
    return f"{here.scheme}://{here.netloc}{address}" if here.netloc else address


# What a page remembers until it is left


def form_id(key: str) -> str:
    """The id of one visit to a form ("intake", "complaint.note"): the same until the page is left, so that a double
    click is recognised."""
    name = f"{key}.form_id"
    if name not in st.session_state:
        st.session_state[name] = str(uuid4())
    return str(st.session_state[name])


def new_form_id(key: str) -> None:
    """After what the form makes was made and the person stays on the page: the next one is another one."""
    st.session_state.pop(f"{key}.form_id", None)


def emptied(starts: Mapping[str, object]) -> None:
    """Before fields that stay on screen after what they held was stored and their keys were dropped: they start again at
    these values, by key. A browser keeps showing what was typed, and sends it again, unless it is told."""
    for key, start in starts.items():
        st.session_state.setdefault(key, start)


def forget_other_pages(name: str) -> None:
    """Drop what other pages remembered; keys are ``<page>.<what>``, "session" is everybody's."""
    if st.session_state.get("session.page") == name:
        return
    st.session_state["session.page"] = name
    for key in list(st.session_state):
        if str(key).split(".", 1)[0] in ICONS.keys() - {name}:
            del st.session_state[key]
