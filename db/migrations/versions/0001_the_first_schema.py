"""The first schema

Revision: 0001, the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closed_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_day")),
    )
    with op.batch_alter_table("closed_day", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_closed_day_day_kind"),
            ["day", "kind"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "doomed_file",
        sa.Column("token", sa.String(length=48), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_doomed_file")),
    )
    op.create_table(
        "org_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=200), nullable=False),
        sa.Column("sector", sa.String(length=200), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["org_unit.id"], name=op.f("fk_org_unit_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
    )
    op.create_table(
        "profile_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_version")),
        sa.UniqueConstraint("profile", "version", name=op.f("uq_profile_version_profile_version")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=200), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_account_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "account_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_request_account_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_account_request_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_account_request_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_request")),
    )
    with op.batch_alter_table("account_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_request_account_id"), ["account_id"], unique=False)

    op.create_table(
        "account_role",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_role_account_id")),
        sa.PrimaryKeyConstraint("account_id", "role", name=op.f("pk_account_role")),
    )
    op.create_table(
        "auth_session",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_auth_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_session")),
    )
    with op.batch_alter_table("auth_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_auth_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "auth_ticket",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_auth_ticket_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_auth_ticket")),
    )
    op.create_table(
        "complaint",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("form_id", sa.String(length=36), nullable=False),
        sa.Column("compartment", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("profile_version_id", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=30), nullable=False),
        sa.Column("overlay", sa.String(length=30), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("subject_type", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("remedy_requested", sa.Text(), nullable=True),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("subcategory", sa.String(length=200), nullable=True),
        sa.Column("sector", sa.String(length=30), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("formal_written", sa.Boolean(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("already_resolved", sa.Boolean(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("discussed", sa.String(length=20), nullable=False),
        sa.Column("immediate_actions", sa.Text(), nullable=True),
        sa.Column("red_flag", sa.Boolean(), nullable=False),
        sa.Column("expert_consulted_on", sa.Date(), nullable=True),
        sa.Column("ladder_level", sa.String(length=20), nullable=False),
        sa.Column("consulted_on", sa.Date(), nullable=True),
        sa.Column("ack_owner_id", sa.Integer(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("ack_variant", sa.String(length=20), nullable=True),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("acting_director_id", sa.Integer(), nullable=True),
        sa.Column("external_stage", sa.String(length=30), nullable=True),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_reason", sa.String(length=30), nullable=True),
        sa.Column("satisfied", sa.String(length=20), nullable=True),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("taken_over", sa.Boolean(), nullable=False),
        sa.Column("by_committee", sa.Boolean(), nullable=False),
        sa.Column("calendar_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_from", sa.Date(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("next_red_on", sa.Date(), nullable=True),
        sa.Column("next_promise", sa.String(length=60), nullable=True),
        sa.Column("next_statutory", sa.Boolean(), nullable=False),
        sa.Column("next_legal_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ack_owner_id"], ["account.id"], name=op.f("fk_complaint_ack_owner_id")),
        sa.ForeignKeyConstraint(["acting_director_id"], ["account.id"], name=op.f("fk_complaint_acting_director_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["account.id"], name=op.f("fk_complaint_handler_id")),
        sa.ForeignKeyConstraint(["profile_version_id"], ["profile_version.id"], name=op.f("fk_complaint_profile_version_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["account.id"], name=op.f("fk_complaint_reporter_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"], name=op.f("fk_complaint_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("form_id", name=op.f("uq_complaint_form_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_complaint_reference")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_ack_owner_id"), ["ack_owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_acting_director_id"), ["acting_director_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_complaint_compartment_next_due_on_id"), ["compartment", "next_due_on", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaint_compartment_received_on_id"), ["compartment", "received_on", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaint_compartment_status_next_due_on"), ["compartment", "status", "next_due_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_complaint_handler_id"), ["handler_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_reporter_id"), ["reporter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "destroyed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("compartment", sa.String(length=30), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("destroyed_on", sa.Date(), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["account.id"], name=op.f("fk_destroyed_confirmed_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_destroyed_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destroyed")),
    )
    with op.batch_alter_table("destroyed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_destroyed_reference"), ["reference"], unique=False)

    op.create_table(
        "draft",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id")),
        sa.PrimaryKeyConstraint("account_id", "page", name=op.f("pk_draft")),
    )
    op.create_table(
        "evaluation_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["saved_by"], ["account.id"], name=op.f("fk_evaluation_source_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_source")),
        sa.UniqueConstraint("name", name=op.f("uq_evaluation_source_name")),
    )
    op.create_table(
        "export_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("file_type", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_note_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_note")),
    )
    with op.batch_alter_table("export_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_note_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_note_at"), ["at"], unique=False)

    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["saved_by"], ["account.id"], name=op.f("fk_import_mapping_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("name", name=op.f("uq_import_mapping_name")),
    )
    op.create_table(
        "procedure_confirmed",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("profile_version_id", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_procedure_confirmed_account_id")),
        sa.ForeignKeyConstraint(
            ["profile_version_id"], ["profile_version.id"], name=op.f("fk_procedure_confirmed_profile_version_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "profile_version_id", name=op.f("pk_procedure_confirmed")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_recovery_code_digest")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_account_id"), ["account_id"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(length=36), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("frozen_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=True),
        sa.Column("learned", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("unwanted", sa.Integer(), nullable=True),
        sa.Column("whistleblower", sa.Integer(), nullable=True),
        sa.Column("finalised_by", sa.Integer(), nullable=True),
        sa.Column("finalised_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["finalised_by"], ["account.id"], name=op.f("fk_review_finalised_by")),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_review_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("form_id", name=op.f("uq_review_form_id")),
        sa.UniqueConstraint("is_open", name=op.f("uq_review_is_open")),
    )
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("pending", sa.String(length=200), nullable=True),
        sa.Column("pending_for", sa.String(length=64), nullable=True),
        sa.Column("pending_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "sign_in_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("why", sa.String(length=30), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_note_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_sign_in_note_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_note")),
    )
    with op.batch_alter_table("sign_in_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_note_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_note_at"), ["at"], unique=False)

    op.create_table(
        "sign_on_attempt",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("destination", sa.String(length=1500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_on_attempt_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_on_attempt")),
    )
    op.create_table(
        "sign_on_link",
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_on_link_account_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_sign_on_link")),
        sa.UniqueConstraint("issuer", "account_id", name=op.f("uq_sign_on_link_issuer_account_id")),
    )
    with op.batch_alter_table("sign_on_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_on_link_account_id"), ["account_id"], unique=False)

    op.create_table(
        "year_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("maker_id", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("to_regulator_on", sa.Date(), nullable=True),
        sa.Column("to_readers_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_year_report_approved_by")),
        sa.ForeignKeyConstraint(["maker_id"], ["account.id"], name=op.f("fk_year_report_maker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_year_report")),
        sa.UniqueConstraint("kind", "year", name=op.f("uq_year_report_kind_year")),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_access_log_account_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_access_log_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_log_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "chain_head",
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_chain_head_complaint_id")),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_chain_head")),
    )
    op.create_table(
        "complainant",
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("surname_key", sa.String(length=200), nullable=True),
        sa.Column("contact", sa.String(length=200), nullable=True),
        sa.Column("preferred_channel", sa.String(length=30), nullable=True),
        sa.Column("representative_of", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_complainant_complaint_id")),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complainant")),
    )
    with op.batch_alter_table("complainant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complainant_surname_key"), ["surname_key"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_decision_complaint_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_decision_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "evaluation_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("not_proposed", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_evaluation_import_by_id")),
        sa.ForeignKeyConstraint(["source_id"], ["evaluation_source.id"], name=op.f("fk_evaluation_import_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_import")),
        sa.UniqueConstraint("form_id", name=op.f("uq_evaluation_import_form_id")),
    )
    with op.batch_alter_table("evaluation_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_import_by_id"), ["by_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("text_salt", sa.String(length=32), nullable=True),
        sa.Column("text_hash", sa.String(length=64), nullable=True),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["account.id"], name=op.f("fk_event_actor_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_event_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("complaint_id", "seq", name=op.f("uq_event_complaint_id_seq")),
    )
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_one_time_link_account_id")),
        sa.ForeignKeyConstraint(["request_id"], ["account_request.id"], name=op.f("fk_one_time_link_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
    )
    op.create_table(
        "retention",
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held_by", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("proposed", sa.String(length=20), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_on", sa.Date(), nullable=True),
        sa.Column("proposed_alone", sa.Boolean(), nullable=False),
        sa.Column("proposed_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_retention_complaint_id")),
        sa.ForeignKeyConstraint(["held_by"], ["account.id"], name=op.f("fk_retention_held_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_retention_proposed_by")),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_retention")),
    )
    op.create_table(
        "review_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("extra_action", sa.Boolean(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_review_item_complaint_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_review_item_decided_by")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_review_item_owner_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_item_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
        sa.UniqueConstraint("review_id", "complaint_id", name=op.f("uq_review_item_review_id_complaint_id")),
    )
    with op.batch_alter_table("review_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_item_complaint_id"), ["complaint_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_item_review_id"), ["review_id"], unique=False)

    op.create_table(
        "review_participant",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_review_participant_account_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_participant_review_id")),
        sa.PrimaryKeyConstraint("review_id", "account_id", name=op.f("pk_review_participant")),
    )
    op.create_table(
        "taken_over",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("alike", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("own_reference", sa.Boolean(), nullable=False),
        sa.Column("key_mark", sa.String(length=16), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_taken_over_complaint_id")),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_taken_over_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_over")),
        sa.UniqueConstraint("mark", name=op.f("uq_taken_over_mark")),
    )
    with op.batch_alter_table("taken_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taken_over_alike"), ["alike"], unique=False)
        batch_op.create_index(batch_op.f("ix_taken_over_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "year_report_cleared",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("cleared_by", sa.Integer(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["cleared_by"], ["account.id"], name=op.f("fk_year_report_cleared_cleared_by")),
        sa.ForeignKeyConstraint(["report_id"], ["year_report.id"], name=op.f("fk_year_report_cleared_report_id")),
        sa.PrimaryKeyConstraint("report_id", "words", name=op.f("pk_year_report_cleared")),
    )
    op.create_table(
        "year_report_member",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_year_report_member_account_id")),
        sa.ForeignKeyConstraint(["report_id"], ["year_report.id"], name=op.f("fk_year_report_member_report_id")),
        sa.PrimaryKeyConstraint("report_id", "account_id", name=op.f("pk_year_report_member")),
    )
    op.create_table(
        "year_report_step",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("done_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_year_report_step_done_by")),
        sa.ForeignKeyConstraint(["report_id"], ["year_report.id"], name=op.f("fk_year_report_step_report_id")),
        sa.PrimaryKeyConstraint("report_id", "seq", name=op.f("pk_year_report_step")),
    )
    op.create_table(
        "year_report_text",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("chapter", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["year_report.id"], name=op.f("fk_year_report_text_report_id")),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_year_report_text_written_by")),
        sa.PrimaryKeyConstraint("report_id", "chapter", name=op.f("pk_year_report_text")),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_id", sa.String(length=36), nullable=False),
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lodged_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("in_time", sa.Boolean(), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("snapshot_seq", sa.Integer(), nullable=False),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("heard_on", sa.Date(), nullable=True),
        sa.Column("ruling", sa.String(length=20), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("consequence", sa.Text(), nullable=True),
        sa.Column("consequence_due_on", sa.Date(), nullable=True),
        sa.Column("binding", sa.Boolean(), nullable=True),
        sa.Column("ruled_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_appeal_complaint_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_appeal_decision_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["account.id"], name=op.f("fk_appeal_registered_by")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["account.id"], name=op.f("fk_appeal_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("form_id", name=op.f("uq_appeal_form_id")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_complaint_id"), ["complaint_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appeal_reviewer_id"), ["reviewer_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_attachment_added_by")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_attachment_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_attachment_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("token", name=op.f("uq_attachment_token")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "complaint_part",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_part_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_complaint_part_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_part")),
    )
    with op.batch_alter_table("complaint_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_part_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "evaluation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("imported_by", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("filled_in_on", sa.Date(), nullable=True),
        sa.Column("form", sa.String(length=200), nullable=False),
        sa.Column("training", sa.String(length=200), nullable=False),
        sa.Column("group_name", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("trainer", sa.String(length=200), nullable=False),
        sa.Column("score", sa.String(length=20), nullable=True),
        sa.Column("lowest", sa.Integer(), nullable=True),
        sa.Column("highest", sa.Integer(), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seen_in", sa.Integer(), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("emptied_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_evaluation_decided_by")),
        sa.ForeignKeyConstraint(["import_id"], ["evaluation_import.id"], name=op.f("fk_evaluation_import_id")),
        sa.ForeignKeyConstraint(["imported_by"], ["account.id"], name=op.f("fk_evaluation_imported_by")),
        sa.ForeignKeyConstraint(["seen_in"], ["review.id"], name=op.f("fk_evaluation_seen_in")),
        sa.ForeignKeyConstraint(["source_id"], ["evaluation_source.id"], name=op.f("fk_evaluation_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_evaluation_fingerprint")),
        sa.UniqueConstraint("form_id", name=op.f("uq_evaluation_form_id")),
    )
    with op.batch_alter_table("evaluation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluation_received_on"), ["received_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_evaluation_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "event_text",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_event_text_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_text_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_text")),
    )
    with op.batch_alter_table("event_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_text_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fact", sa.String(length=30), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("of_on", sa.Date(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_ledger_entry_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ledger_entry_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "measure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("check_months", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("review_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_measure_complaint_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_measure_decision_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_measure_event_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_measure_owner_id")),
        sa.ForeignKeyConstraint(["review_item_id"], ["review_item.id"], name=op.f("fk_measure_review_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_complaint_id"), ["complaint_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_owner_id_due_on"), ["owner_id", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_review_item_id"), ["review_item_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("letter_type", sa.String(length=30), nullable=True),
        sa.Column("channel", sa.String(length=30), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("form_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_message_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_message_event_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_message_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("form_id", name=op.f("uq_message_form_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_party_account_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_party_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_party_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_party_account_id_excluded_complaint_id"), ["account_id", "excluded", "complaint_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_party_complaint_id"), ["complaint_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_waits"), ["waits"], unique=False)

    op.create_table(
        "promise",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procedure", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("trigger_on", sa.Date(), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=False),
        sa.Column("legal_on", sa.Date(), nullable=False),
        sa.Column("statutory", sa.Boolean(), nullable=False),
        sa.Column("informative", sa.Boolean(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column("met_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("extended_to", sa.Date(), nullable=True),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("cancel_reason", sa.String(length=60), nullable=True),
        sa.Column("heir", sa.Boolean(), nullable=False),
        sa.Column("paused_from", sa.Date(), nullable=True),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("paused_days", sa.Integer(), nullable=False),
        sa.Column("opened_event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_promise_complaint_id")),
        sa.ForeignKeyConstraint(["met_event_id"], ["event.id"], name=op.f("fk_promise_met_event_id")),
        sa.ForeignKeyConstraint(["opened_event_id"], ["event.id"], name=op.f("fk_promise_opened_event_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["promise.id"], name=op.f("fk_promise_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promise_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "referral",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.String(length=60), nullable=False),
        sa.Column("body_name", sa.String(length=200), nullable=True),
        sa.Column("stage", sa.String(length=30), nullable=False),
        sa.Column("initiated_by", sa.String(length=20), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("case_number", sa.String(length=200), nullable=True),
        sa.Column("result", sa.String(length=30), nullable=True),
        sa.Column("binding", sa.Boolean(), nullable=True),
        sa.Column("internal_first", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_referral_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_referral_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("form_id", name=op.f("uq_referral_form_id")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "satisfaction",
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("invited_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("process", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Integer(), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_satisfaction_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_satisfaction_event_id")),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_satisfaction")),
    )
    op.create_table(
        "appeal_snapshot",
        sa.Column("appeal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("promises", sa.JSON(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_appeal_snapshot_appeal_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_appeal_snapshot_complaint_id")),
        sa.PrimaryKeyConstraint("appeal_id", name=op.f("pk_appeal_snapshot")),
    )
    with op.batch_alter_table("appeal_snapshot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_snapshot_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "escalation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rung", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("climbed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_escalation_account_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_escalation_complaint_id")),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name=op.f("fk_escalation_promise_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("promise_id", "due_on", "rung", name=op.f("uq_escalation_promise_id_due_on_rung")),
    )
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escalation_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_escalation_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "evaluation_about",
        sa.Column("evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_evaluation_about_account_id")),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_about_evaluation_id")),
        sa.PrimaryKeyConstraint("evaluation_id", "account_id", name=op.f("pk_evaluation_about")),
    )
    op.create_table(
        "evaluation_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_evaluation_event_account_id")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_evaluation_event_by_id")),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_event_evaluation_id")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_evaluation_event_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_event")),
    )
    with op.batch_alter_table("evaluation_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_event_evaluation_id"), ["evaluation_id"], unique=False)

    op.create_table(
        "measure_done",
        sa.Column("measure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("check_on", sa.Date(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_measure_done_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_measure_done_event_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_measure_done_measure_id")),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("pk_measure_done")),
    )
    with op.batch_alter_table("measure_done", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_done_check_on"), ["check_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_measure_done_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "measure_effect",
        sa.Column("measure_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("helped", sa.String(length=10), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_measure_effect_complaint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_measure_effect_event_id")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"], name=op.f("fk_measure_effect_measure_id")),
        sa.PrimaryKeyConstraint("measure_id", name=op.f("pk_measure_effect")),
    )
    with op.batch_alter_table("measure_effect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measure_effect_complaint_id"), ["complaint_id"], unique=False)

    op.create_table(
        "message_text",
        sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("complaint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_message_text_complaint_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_message_text_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_text")),
    )
    with op.batch_alter_table("message_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_text_complaint_id"), ["complaint_id"], unique=False)
    # accounts and units refer to each other: this side once both exist
    with op.batch_alter_table("org_unit") as unit:
        unit.create_foreign_key(op.f("fk_org_unit_manager_id"), "account", ["manager_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("org_unit") as unit:
        unit.drop_constraint(op.f("fk_org_unit_manager_id"), type_="foreignkey")
    with op.batch_alter_table("message_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_text_complaint_id"))

    op.drop_table("message_text")
    with op.batch_alter_table("measure_effect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_effect_complaint_id"))

    op.drop_table("measure_effect")
    with op.batch_alter_table("measure_done", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_done_complaint_id"))
        batch_op.drop_index(batch_op.f("ix_measure_done_check_on"))

    op.drop_table("measure_done")
    with op.batch_alter_table("evaluation_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_event_evaluation_id"))

    op.drop_table("evaluation_event")
    op.drop_table("evaluation_about")
    with op.batch_alter_table("escalation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_escalation_complaint_id"))
        batch_op.drop_index(batch_op.f("ix_escalation_account_id"))

    op.drop_table("escalation")
    with op.batch_alter_table("appeal_snapshot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeal_snapshot_complaint_id"))

    op.drop_table("appeal_snapshot")
    op.drop_table("satisfaction")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_complaint_id"))

    op.drop_table("referral")
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promise_complaint_id"))

    op.drop_table("promise")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_waits"))
        batch_op.drop_index(batch_op.f("ix_party_complaint_id"))
        batch_op.drop_index(batch_op.f("ix_party_account_id_excluded_complaint_id"))

    op.drop_table("party")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_complaint_id"))

    op.drop_table("message")
    with op.batch_alter_table("measure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measure_review_item_id"))
        batch_op.drop_index(batch_op.f("ix_measure_owner_id_due_on"))
        batch_op.drop_index(batch_op.f("ix_measure_due_on"))
        batch_op.drop_index(batch_op.f("ix_measure_complaint_id"))

    op.drop_table("measure")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_complaint_id"))

    op.drop_table("ledger_entry")
    with op.batch_alter_table("event_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_text_complaint_id"))

    op.drop_table("event_text")
    with op.batch_alter_table("evaluation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_state_id"))
        batch_op.drop_index(batch_op.f("ix_evaluation_received_on"))
        batch_op.drop_index(batch_op.f("ix_evaluation_import_id"))

    op.drop_table("evaluation")
    with op.batch_alter_table("complaint_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaint_part_complaint_id"))

    op.drop_table("complaint_part")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_complaint_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeal_reviewer_id"))
        batch_op.drop_index(batch_op.f("ix_appeal_complaint_id"))

    op.drop_table("appeal")
    op.drop_table("year_report_text")
    op.drop_table("year_report_step")
    op.drop_table("year_report_member")
    op.drop_table("year_report_cleared")
    with op.batch_alter_table("taken_over", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_taken_over_complaint_id"))
        batch_op.drop_index(batch_op.f("ix_taken_over_alike"))

    op.drop_table("taken_over")
    op.drop_table("review_participant")
    with op.batch_alter_table("review_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_item_review_id"))
        batch_op.drop_index(batch_op.f("ix_review_item_complaint_id"))

    op.drop_table("review_item")
    op.drop_table("retention")
    op.drop_table("one_time_link")
    op.drop_table("event")
    with op.batch_alter_table("evaluation_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_import_by_id"))

    op.drop_table("evaluation_import")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_complaint_id"))

    op.drop_table("decision")
    with op.batch_alter_table("complainant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complainant_surname_key"))

    op.drop_table("complainant")
    op.drop_table("chain_head")
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_log_complaint_id"))

    op.drop_table("access_log")
    op.drop_table("year_report")
    with op.batch_alter_table("sign_on_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_on_link_account_id"))

    op.drop_table("sign_on_link")
    op.drop_table("sign_on_attempt")
    with op.batch_alter_table("sign_in_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_note_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_note_account_id"))

    op.drop_table("sign_in_note")
    op.drop_table("second_factor")
    op.drop_table("review")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_account_id"))

    op.drop_table("recovery_code")
    op.drop_table("procedure_confirmed")
    op.drop_table("import_mapping")
    with op.batch_alter_table("export_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_note_at"))
        batch_op.drop_index(batch_op.f("ix_export_note_account_id"))

    op.drop_table("export_note")
    op.drop_table("evaluation_source")
    op.drop_table("draft")
    with op.batch_alter_table("destroyed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_destroyed_reference"))

    op.drop_table("destroyed")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaint_unit_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_reporter_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_handler_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_compartment_status_next_due_on"))
        batch_op.drop_index(batch_op.f("ix_complaint_compartment_received_on_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_compartment_next_due_on_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_acting_director_id"))
        batch_op.drop_index(batch_op.f("ix_complaint_ack_owner_id"))

    op.drop_table("complaint")
    op.drop_table("auth_ticket")
    with op.batch_alter_table("auth_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_auth_session_account_id"))

    op.drop_table("auth_session")
    op.drop_table("account_role")
    with op.batch_alter_table("account_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_request_account_id"))

    op.drop_table("account_request")
    op.drop_table("account")
    op.drop_table("throttle")
    op.drop_table("setting")
    op.drop_table("profile_version")
    op.drop_table("org_unit")
    op.drop_table("doomed_file")
    with op.batch_alter_table("closed_day", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_closed_day_day_kind"),
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.drop_table("closed_day")
