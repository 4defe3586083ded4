"""The key store tells a destroyed key from one that it has lost."""

import sqlalchemy as sa
from alembic import op

revision = "keys_0002"
down_revision = "keys_0001"


def upgrade() -> None:
    """Make the table of shoppers whose data key was destroyed."""
    op.create_table(
        "destroyed_key",
        sa.Column("shopper", sa.String(44), nullable=False),
        sa.PrimaryKeyConstraint("shopper", name=op.f("pk_destroyed_key")),
    )
