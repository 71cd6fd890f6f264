"""Every table of the application."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001_39e502c1"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the range types, then the tables, referenced before referring."""
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(100, collation="C"), nullable=False),
        sa.Column("email", sa.String(254, collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_users_name_min"),
    )
    op.create_index("ix_users_name", "users", ["name", "id"])
    op.create_table(
        "projects",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("code", sa.String(8, collation="C"), nullable=False),
        sa.Column("name", sa.String(120, collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("closed_tickets", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
        sa.UniqueConstraint("code", name="uq_projects_code"),
        sa.CheckConstraint("char_length(code) >= 2", name="ck_projects_code_min"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_projects_name_min"),
        sa.CheckConstraint("char_length(description) <= 20000", name="ck_projects_description_max"),
    )
    op.create_index("ix_projects_name", "projects", ["name", "id"])
    op.create_index("ix_projects_created_at", "projects", ["created_at", "id"])
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.String(64, collation="C"), server_default="REPORTER", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_members_project_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_members_user_id"),
        sa.UniqueConstraint("project_id", "user_id", name="uq_members_project_id_user_id"),
        sa.CheckConstraint("role IN ('OWNER', 'MAINTAINER', 'REPORTER')", name="ck_members_role_values"),
    )
    op.create_index("ix_members_user_id", "members", ["user_id", "id"])
    op.create_table(
        "labels",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(40, collation="C"), nullable=False),
        sa.Column("colour", sa.String(255, collation="C"), server_default="#888888", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.UniqueConstraint("name", name="uq_labels_name"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_labels_name_min"),
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("project_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200, collation="C"), nullable=False),
        sa.Column("body", sa.Text(collation="C"), nullable=True),
        sa.Column("priority", sa.String(64, collation="C"), server_default="NORMAL", nullable=False),
        sa.Column("reporter_id", sa.Uuid, nullable=False),
        sa.Column("assignee_id", sa.Uuid, nullable=True),
        sa.Column("parent_id", sa.Uuid, nullable=True),
        sa.Column("resolution", sa.String(64, collation="C"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.String(64, collation="C"), server_default="OPEN", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_tickets_project_id"),
        sa.ForeignKeyConstraint(["reporter_id"], ["users.id"], name="fk_tickets_reporter_id"),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name="fk_tickets_assignee_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["tickets.id"], name="fk_tickets_parent_id"),
        sa.UniqueConstraint("project_id", "number", name="uq_tickets_project_id_number"),
        sa.CheckConstraint("char_length(title) >= 1", name="ck_tickets_title_min"),
        sa.CheckConstraint("char_length(body) <= 20000", name="ck_tickets_body_max"),
        sa.CheckConstraint(
            "priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')", name="ck_tickets_priority_values"
        ),
        sa.CheckConstraint(
            "resolution IN ('FIXED', 'DUPLICATE', 'WONT_FIX', 'INVALID')", name="ck_tickets_resolution_values"
        ),
        sa.CheckConstraint(
            "status IN ('OPEN', 'IN_PROGRESS', 'CLOSED', 'IN_REVIEW')", name="ck_tickets_status_values"
        ),
    )
    op.create_index("ix_tickets_number", "tickets", ["number", "id"])
    op.create_index("ix_tickets_priority", "tickets", ["priority", "id"])
    op.create_index("ix_tickets_reporter_id", "tickets", ["reporter_id", "id"])
    op.create_index("ix_tickets_assignee_id", "tickets", ["assignee_id", "id"])
    op.create_index("ix_tickets_parent_id", "tickets", ["parent_id", "id"])
    op.create_index("ix_tickets_created_at", "tickets", ["created_at", "id"])
    op.create_index("ix_tickets_updated_at", "tickets", ["updated_at", "id"])
    op.create_index("ix_tickets_status", "tickets", ["status", "id"])
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("ticket_id", sa.Uuid, nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("body", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_comments_ticket_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name="fk_comments_author_id"),
        sa.CheckConstraint("char_length(body) >= 1", name="ck_comments_body_min"),
        sa.CheckConstraint("char_length(body) <= 10000", name="ck_comments_body_max"),
    )
    op.create_index("ix_comments_ticket_id", "comments", ["ticket_id", "id"])
    op.create_index("ix_comments_author_id", "comments", ["author_id", "id"])
    op.create_table(
        "tickets_labels",
        sa.Column("ticket_id", sa.Uuid, nullable=False),
        sa.Column("label_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", "label_id", name="pk_tickets_labels"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name="fk_tickets_labels_ticket_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["labels.id"], name="fk_tickets_labels_label_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_tickets_labels_label_id", "tickets_labels", ["label_id", "ticket_id"])
    op.create_table(
        "tickets_number_counters",
        sa.Column("scope_id", sa.Uuid, nullable=False),
        sa.Column("last_value", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scope_id", name="pk_tickets_number_counters"),
    )


def downgrade() -> None:
    """Drop everything in the opposite order."""
    op.drop_table("tickets_number_counters")
    op.drop_table("tickets_labels")
    op.drop_table("comments")
    op.drop_table("tickets")
    op.drop_table("labels")
    op.drop_table("members")
    op.drop_table("projects")
    op.drop_table("users")
