"""Erasures and their receipts."""

import sqlalchemy as sa
from alembic import op

revision = "0003_privacy"
down_revision = "0002_events"

_Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of erasures."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("requested", _Big, nullable=False),
        sa.Column("names", sa.Text()),
        sa.Column("erased", _Big),
        sa.Column("edge", _Big),
        sa.Column("edge_again", _Big),
        sa.Column("finished", _Big),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_digest"), "erasure", ["digest"])
    op.create_index(op.f("ix_erasure_requested"), "erasure", ["requested"])
