"""Clocks that stand still: which, from when, and the days that are given back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from domain.errors import Refused
from domain.facts import Fact
from domain.promises import APPEAL_PROMISES, Book, Promise, Rules, is_open, is_paused, rule_of, stands_still
from domain.terms import Rule

# The first line's, and the reviewer's; with what ends it.
PAUSES = {Fact.PAUSED: Fact.RESUMED, Fact.RULING_PAUSED: Fact.RULING_RESUMED}


def on_its_side(fact: Fact, book: Book, change: Callable[[Book], Book]) -> Book:
    """The book after `change` of the promises that a pause or its end by `fact` is about: those of the appeal, or all
    others. The change keeps their number and order."""
    in_appeal = fact in (Fact.RULING_PAUSED, Fact.RULING_RESUMED)
    mine = [number for number, each in enumerate(book) if (each.code in APPEAL_PROMISES) is in_appeal]
    changed = dict(zip(mine, change(tuple(book[number] for number in mine)), strict=True))
    return tuple(changed.get(number, each) for number, each in enumerate(book))


def paused(book: Book, rules: Rules, on: date, until: date | None) -> Book:
    """The book after the clocks that may stand still do so from `on` up to but not including `until` (None: not known
    yet). A clock that ran out before `on` stays late; what is opened during the pause runs on.

    Raises Refused: ``already_paused``; ``until_before_from``; ``pause_not_allowed`` with the article;
    ``nothing_to_pause``.
    """
    if until is not None and until < on:
        raise Refused("until_before_from", "until", earliest=on)
    waiting = [each for each in book if is_open(each) and not each.informative]
    if any(is_paused(each, on) for each in waiting):
        raise Refused("already_paused")
    stopping = [each for each in waiting if _may_pause(each, rules) and each.target_on >= on]
    if not stopping:
        _refuse_pause([rule for each in waiting if (rule := rule_of(each, rules)) and not rule.pause])
    return tuple(_until(replace(each, paused_from=on, paused_until=None), until) if each in stopping else each for each in book)


def resumed(book: Book, on: date) -> Book:
    """The book after the clocks go on again on `on`: the days really paused are given back. Raises Refused:
    ``not_paused``."""
    if not any(is_paused(each, on) for each in book):
        raise Refused("not_paused")
    return tuple(_until(each, on) if is_paused(each, on) else each for each in book)


def _may_pause(promise: Promise, rules: Rules) -> bool:
    rule = rule_of(promise, rules)
    return rule is not None and rule.pause


def _refuse_pause(going_on: list[Rule]) -> None:
    statutory = next((rule for rule in going_on if rule.statutory), None)
    if statutory is not None:
        raise Refused("pause_not_allowed", article=statutory.source)
    raise Refused("nothing_to_pause")


def _until(promise: Promise, until: date | None) -> Promise:
    """With the days from the first of its pause up to `until` in its target, instead of those that were planned."""
    if promise.paused_from is None:
        return promise
    planned = (promise.paused_until - promise.paused_from).days if promise.paused_until else 0
    more = ((until - promise.paused_from).days if until else 0) - planned
    target = promise.target_on + timedelta(days=more)
    return replace(promise, target_on=target, legal_on=target, paused_until=until, paused_days=promise.paused_days + more)


def awake(promise: Promise, on: date) -> Promise:
    """As it stands on `on`, when a pause of which nobody knew the end stops because something happened to it."""
    return _until(promise, on) if stands_still(promise) and is_paused(promise, on) else promise
