"""Which purposes a person refuses and since when, where it can be read without opening their profile."""

import sqlalchemy as sa
from alembic import op

revision = "0005_refusals"
down_revision = "0004_training"


_Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns. Nobody refuses anything by them until their record changes the next time."""
    for name, kind in (("refused", sa.SmallInteger()), ("refused_at", _Big)):
        op.add_column("shopper", sa.Column(name, kind, server_default=sa.text("0"), nullable=False))
