"""Who may do what, as the design has it (domain.md 5.4)."""

from __future__ import annotations

import pytest

from domain.rights import REACH, RIGHTS, Right, Role, Scope, roles_conflict, scopes

NOT_OF_A_DOSSIER = frozenset({Scope.NONE})


def test_every_role_has_rights() -> None:
    assert set(RIGHTS) == set(Role)


@pytest.mark.parametrize(
    "right", [Right.DECIDE, Right.EXTEND, Right.SEND, Right.LOG, Right.ROUTE, Right.NAME_PARTY, Right.RED_FLAG]
)
def test_who_works_in_which_dossiers(right: Right) -> None:
    assert scopes({Role.HANDLER}, right) == {Scope.ASSIGNED}
    assert scopes({Role.COORDINATOR}, right) == {Scope.ALL}
    assert scopes({Role.DIRECTOR}, right) == {Scope.ALL}
    assert scopes({Role.MANAGER}, right) == {Scope.UNIT, Scope.ASSIGNED}
    assert scopes({Role.PARTNER}, right) == {Scope.ASSIGNED, Scope.ACTING}
    assert scopes({Role.ADMIN}, right) == set()


@pytest.mark.parametrize("role", [Role.HANDLER, Role.MANAGER, Role.PARTNER])
def test_who_is_named_to_acknowledge_reads_and_acknowledges_and_has_no_mandate(role: Role) -> None:
    """ADR 0002: the mandate follows from being assigned, and from nothing else."""
    named = {right for right in Right if Scope.NAMED in scopes({role}, right)}

    assert named == {Right.LIST, Right.OPEN, Right.READ, Right.IDENTITY, Right.ACKNOWLEDGE}


def test_a_reporter_sees_own_reports_and_reads_what_is_to_be_acknowledged() -> None:
    assert scopes({Role.REPORTER}, Right.LIST) == {Scope.OWN, Scope.NAMED}
    assert scopes({Role.REPORTER}, Right.READ) == {Scope.NAMED}
    assert scopes({Role.REPORTER}, Right.DECIDE) == scopes({Role.REPORTER}, Right.SEND) == set()


@pytest.mark.parametrize("right", [Right.AMEND, Right.IDENTITY_WRITE])
def test_what_was_registered_is_put_right_by_who_handles_it_or_directs(right: Right) -> None:
    assert scopes({Role.HANDLER}, right) == {Scope.ASSIGNED}
    assert scopes({Role.MANAGER}, right) == {Scope.ASSIGNED}  # of the unit alone: reads it
    assert scopes({Role.COORDINATOR}, right) == {Scope.ALL}


@pytest.mark.parametrize("right", [Right.REMOVE_FILE, Right.TERMS])
def test_what_goes_and_what_all_terms_count_from_is_for_who_directs(right: Right) -> None:
    assert scopes({Role.HANDLER}, right) == scopes({Role.MANAGER}, right) == set()
    assert scopes({Role.COORDINATOR}, right) == {Scope.ALL}
    assert scopes({Role.PARTNER}, right) == {Scope.ACTING}


@pytest.mark.parametrize("right", [Right.ASSIGN, Right.CLOSE])
def test_who_steers(right: Right) -> None:
    assert scopes({Role.COORDINATOR}, right) == {Scope.ALL}
    assert scopes({Role.MANAGER}, right) == {Scope.UNIT}
    assert scopes({Role.PARTNER}, right) == {Scope.ACTING}
    assert scopes({Role.HANDLER}, right) == set()


def test_a_closed_compartment_is_its_keepers_only() -> None:
    for right in Right:
        for role in Role:
            held = scopes({role}, right)
            assert Scope.UNWANTED not in held or role is Role.CONFIDANT
            assert Scope.WHISTLEBLOWER not in held or role is Role.WB_OFFICER
    assert scopes({Role.CONFIDANT}, Right.READ) == {Scope.UNWANTED}
    assert scopes({Role.WB_OFFICER}, Right.READ) == {Scope.WHISTLEBLOWER}


def test_a_reviewer_hears_what_was_appealed_and_registers_an_appeal_without_seeing_a_dossier() -> None:
    assert scopes({Role.APPEAL_REVIEWER}, Right.APPEAL_RULE) == {Scope.APPEALED}
    assert scopes({Role.APPEAL_REVIEWER}, Right.APPEAL_LODGE) == NOT_OF_A_DOSSIER
    assert scopes({Role.APPEAL_REVIEWER}, Right.REGISTER) == set()


def test_everybody_keeps_an_own_account_and_only_the_administrator_keeps_those_of_others() -> None:
    assert all(scopes({role}, Right.SELF) == NOT_OF_A_DOSSIER for role in Role)
    assert [role for role in Role if scopes({role}, Right.ACCOUNTS)] == [Role.ADMIN]


def test_a_tie_that_ends_says_when() -> None:
    assert {scope: reach.days for scope, reach in REACH.items() if reach.days is not None} == {
        Scope.NAMED: 7,
        Scope.APPEALED: 42,
    }
    assert "7 dagen" in REACH[Scope.NAMED].says
    assert "42 dagen" in REACH[Scope.APPEALED].says


def test_two_roles_reach_what_either_reaches() -> None:
    assert scopes({Role.CONFIDANT, Role.APPEAL_REVIEWER}, Right.READ) == {Scope.UNWANTED, Scope.APPEALED}
    assert scopes({Role.MANAGER, Role.HANDLER}, Right.LOG) == {Scope.UNIT, Scope.ASSIGNED}
    assert scopes(set(), Right.READ) == set()


@pytest.mark.parametrize(
    ("roles", "conflict"),
    [
        ((), False),
        ((Role.HANDLER, Role.COORDINATOR, Role.DIRECTOR), False),  # a small organisation
        ((Role.CONFIDANT, Role.APPEAL_REVIEWER), False),
        ((Role.WB_OFFICER, Role.APPEAL_REVIEWER), True),  # would know the reporter again in a dossier
        ((Role.CONFIDANT, Role.WB_OFFICER), True),
        ((Role.CONFIDANT, Role.HANDLER), True),  # R020
        ((Role.APPEAL_REVIEWER, Role.DIRECTOR), True),
        ((Role.WB_OFFICER, Role.REPORTER), True),
        ((Role.ADMIN,), False),
        ((Role.ADMIN, Role.REPORTER), True),
        ((Role.ADMIN, Role.CONFIDANT), True),
    ],
)
def test_some_roles_are_never_of_one_account(roles: tuple[Role, ...], conflict: bool) -> None:
    assert roles_conflict(roles) is conflict
