"""The key store begins."""

import sqlalchemy as sa
from alembic import op

revision = "keys_0001"
down_revision = None


def upgrade() -> None:
    """Make the table of data keys."""
    op.create_table(
        "data_key",
        sa.Column("shopper", sa.String(44), nullable=False),
        sa.Column("master", sa.String(64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shopper", name=op.f("pk_data_key")),
    )
    op.create_index(op.f("ix_data_key_master"), "data_key", ["master"])
