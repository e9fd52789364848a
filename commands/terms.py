"""`manage.py terms` and `manage.py profile-check`: dates and profiles, without a register."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click

from domain.errors import Refused
from domain.facts import Fact
from services import reckoning
from services.explanations import Explained
from services.profiles import Profile, ProfileInvalid, check_profile, standard_keys
from services.reckoning import Circumstances, Entry, Reckoned
from text import translate
from text.explain import day_lines

_DAY = click.DateTime(["%Y-%m-%d"])


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _the_day(_context: click.Context, _option: click.Parameter, moment: datetime | None) -> date | None:
    return _day(moment)


def _say(key: str, **values: object) -> str:
    return translate("nl", key, **values)


@click.command()
@click.option("--profile", required=True, help="A profile that ships (training, kinderopvang-welzijn) or a .toml file.")
@click.option("--procedure", help="For example wko or house_week; default: that of the profile's first sector.")
@click.option("--received", type=_DAY, callback=_the_day, required=True, help="Day on which it reached anybody: day 0.")
@click.option("--registered", type=_DAY, callback=_the_day, help="Day of registration; default: the day of receipt.")
@click.option("--consulted", type=_DAY, callback=_the_day, help="The director discussed it.")
@click.option("--acknowledged", type=_DAY, callback=_the_day, help="The written acknowledgement was sent.")
@click.option("--action", is_flag=True, help="That acknowledgement says what was done (the default).")
@click.option(
    "--promise",
    is_flag=False,
    flag_value="",
    help="It promises a reaction instead, in a week or by the day that follows. Without --acknowledged: the letter's own day.",
)
@click.option("--contact", type=_DAY, multiple=True, help="Contact with the complainant; may be repeated.")
@click.option("--extended", type=_DAY, nargs=2, multiple=True, help="An extension: day of the notice and the new date.")
@click.option("--extension-withdrawn", type=_DAY, callback=_the_day, help="The last notice does not hold any more.")
@click.option("--consented", type=_DAY, callback=_the_day, help="The complainant agreed in writing to a further extension.")
@click.option(
    "--paused",
    nargs=2,
    multiple=True,
    metavar="FROM UNTIL",
    help="The clocks stood still; UNTIL is the first day that they ran again, or - when that is not known.",
)
@click.option("--measure", type=_DAY, nargs=2, multiple=True, help="A measure: day of the agreement and the day it is due.")
@click.option("--responded", type=_DAY, callback=_the_day, help="A response was sent.")
@click.option("--decided", type=_DAY, callback=_the_day, help="A decision was taken.")
@click.option("--answered", type=_DAY, callback=_the_day, help="The decision letter was sent.")
@click.option("--appealed", type=_DAY, callback=_the_day, help="An appeal was lodged.")
@click.option("--ruled", type=_DAY, callback=_the_day, help="The ruling was sent.")
@click.option("--withdrawn", type=_DAY, callback=_the_day)
@click.option("--closed", type=_DAY, callback=_the_day)
@click.option("--resolved", type=_DAY, callback=_the_day, help="It had been resolved on this day, before registration.")
@click.option("--committee", is_flag=True, help="A complaints committee of the organisation handles it.")
@click.option("--red-flag", is_flag=True, help="A suspicion of abuse.")
@click.option("--today", type=_DAY, callback=_the_day, help="Also say how each promise stands on this day.")
@click.option("--explain", "explained", is_flag=True, help="Why each date: in sentences, and day by day.")
@click.option("--json", "as_json", is_flag=True, help="A list of promises as JSON.")
def terms(
    profile: str,
    procedure: str | None,
    received: date,
    registered: date | None,
    acknowledged: date | None,
    action: bool,
    promise: str | None,
    contact: tuple[datetime, ...],
    extended: tuple[tuple[datetime, datetime], ...],
    paused: tuple[tuple[str, str], ...],
    measure: tuple[tuple[datetime, datetime], ...],
    resolved: date | None,
    committee: bool,
    red_flag: bool,
    explained: bool,
    today: date | None,
    as_json: bool,
    **dates: date | None,
) -> None:
    """Every promise that follows from these dates, with both of its own dates and the rule behind it. No database."""
    if action and promise is not None:
        raise click.UsageError("--action and --promise exclude each other: a letter has exactly one variant.")
    facts = [Entry(Fact.RECEIVED, received), Entry(Fact.REGISTERED, registered or received)]
    facts += reckoning.entries({_FACTS[name]: on for name, on in dates.items()})
    facts += [Entry(Fact.CONTACT, moment.date()) for moment in contact]
    facts += [Entry(Fact.EXTENDED, notice.date(), new.date()) for notice, new in extended]
    facts += [Entry(Fact.MEASURE_AGREED, agreed.date(), due.date()) for agreed, due in measure]
    facts += _pauses(paused)
    facts += _acknowledgement(acknowledged, promise)
    if any(each.on < received for each in facts):
        raise click.UsageError("Nothing happens before --received.")
    facts += [Entry(Fact.SUSPICION_KNOWN, received)] if red_flag else []
    about = reckoning.circumstances(resolved, by_committee=committee)
    read, found = _reckoned(profile, procedure, facts, about)
    if as_json:
        click.echo(json.dumps([each.as_data(today) for each in found], indent=2, ensure_ascii=False))
        return
    for each in found:
        click.echo(each.sentence(today))
        if explained:
            _show(each.explained(read))


def _show(found: Explained) -> None:
    for line in (found.letter, *found.steps[-1:]) if found.steps[-1] not in found.letter else (found.letter,):
        click.echo(f"  {line}")
    standing, version = _say(f"standing.{found.standing}"), found.version
    click.echo(f"  {_say('explain.source')}: {found.source} ({standing}; {version})")
    for line in day_lines(found.days, "nl"):
        click.echo(f"    {line}")
    click.echo("")


_FACTS = {
    "consulted": Fact.CONSULTED,
    "consented": Fact.CONSENTED,
    "extension_withdrawn": Fact.EXTENSION_WITHDRAWN,
    "responded": Fact.RESPONSE_SENT,
    "decided": Fact.DECIDED,
    "answered": Fact.DECISION_SENT,
    "appealed": Fact.APPEAL_LODGED,
    "ruled": Fact.APPEAL_RULING_SENT,
    "withdrawn": Fact.WITHDRAWN,
    "closed": Fact.CLOSED,
}


def _pauses(given: tuple[tuple[str, str], ...]) -> list[Entry]:
    try:
        return [
            Entry(Fact.PAUSED, date.fromisoformat(start), None if until == "-" else date.fromisoformat(until))
            for start, until in given
        ]
    except ValueError as error:
        raise click.UsageError("--paused is followed by two dates like 2026-12-01, or a date and a -.") from error


def _acknowledgement(sent_on: date | None, promise: str | None) -> list[Entry]:
    if promise is None:
        return [Entry(Fact.ACK_ACTION_SENT, sent_on)] if sent_on else []
    try:
        promised_on = date.fromisoformat(promise) if promise else None
    except ValueError as error:
        raise click.UsageError("--promise is followed by a date like 2026-12-01, or by nothing.") from error
    sent_on = sent_on or promised_on
    if sent_on is None:
        raise click.UsageError("--promise needs the day of the letter: give --acknowledged too.")
    return [Entry(Fact.ACK_PROMISE_SENT, sent_on, promised_on if promised_on != sent_on else None)]


def _reckoned(name: str, procedure: str | None, facts: list[Entry], about: Circumstances) -> tuple[Profile, list[Reckoned]]:
    try:
        profile = reckoning.read_profile(name)
        return profile, reckoning.reckon(profile, procedure, facts, about)
    except KeyError as error:
        raise click.ClickException(_say("terms.unknown_profile", name=name, known=", ".join(standard_keys()))) from error
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(_say("terms.unreadable", path=name)) from error
    except ProfileInvalid as error:
        raise click.ClickException(f"python manage.py profile-check {name}") from error
    except Refused as error:
        raise click.ClickException(_say(f"refused.{error.code}", **error.values)) from error


@click.command("profile-check")
@click.argument("file", type=click.Path(path_type=Path))
def profile_check(file: Path) -> None:
    """Name every line of a profile (.toml) that is wrong."""
    try:
        problems = check_profile(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(_say("terms.unreadable", path=file)) from error
    for each in problems:
        where = f"{each.key}: " if each.key else ""
        click.echo(_say("terms.problem", path=file, line=each.line, where=where, sentence=each.sentence))
    if problems:
        sys.exit(1)
    click.echo(_say("terms.good", path=file))


COMMANDS = (terms, profile_check)
