"""When sessions left the training counts, the secret that names them, and who was merged into whom."""

import sqlalchemy as sa
from alembic import op

revision = "0004_training"
down_revision = "0003_privacy"

_Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of training runs and of the secret, and widen receipts."""
    op.create_table(
        "training_reader",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("removals", _Big, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_training_reader")),
    )
    op.create_table(
        "session_secret",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("secret", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_secret")),
    )
    op.add_column("erasure", sa.Column("removals", _Big))
    op.add_column("erasure", sa.Column("trained", _Big))
    op.create_index(op.f("ix_shopper_merged_into"), "shopper", ["merged_into"])
