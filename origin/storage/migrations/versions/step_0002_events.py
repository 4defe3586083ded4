"""Events, what they add up to, and what training must forget."""

import sqlalchemy as sa
from alembic import op

revision = "0002_events"
down_revision = "0001_profiles"

_Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of events."""
    op.create_table(
        "event",
        sa.Column("number", _Big, autoincrement=True, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("shopper", sa.String(44), nullable=False),
        sa.Column("occurred", _Big, nullable=False),
        sa.Column("received", _Big, nullable=False),
        sa.Column("purposes", sa.SmallInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_event")),
        sa.UniqueConstraint("digest", name=op.f("uq_event_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_received"), "event", ["received"])
    op.create_index("ix_event_shopper_number", "event", ["shopper", "number"])
    op.create_table(
        "event_state",
        sa.Column("shopper", sa.String(44), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shopper", name=op.f("pk_event_state")),
    )
    op.create_table(
        "event_cursor",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("number", _Big, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_cursor")),
    )
    op.create_table(
        "training_removal",
        sa.Column("number", _Big, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_training_removal")),
        sqlite_autoincrement=True,
    )
