"""Which purposes a person refuses, where it can be read without opening their profile."""

import sqlalchemy as sa
from alembic import op

revision = "0005_refusals"
down_revision = "0004_training"


def upgrade() -> None:
    """Add the column. Nobody refuses anything by it until their record changes the next time."""
    op.add_column(
        "shopper", sa.Column("refused", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
