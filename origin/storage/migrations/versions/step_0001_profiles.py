"""Profiles and model outputs."""

import sqlalchemy as sa
from alembic import op

revision = "0001_profiles"
down_revision = None

_Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of profiles and of model outputs."""
    op.create_table(
        "shopper",
        sa.Column("shopper", sa.String(44), nullable=False),
        sa.Column("revision", _Big, nullable=False),
        sa.Column("changed", _Big, nullable=False),
        sa.Column("profile", sa.LargeBinary()),
        sa.Column("derived", sa.LargeBinary()),
        sa.Column("objected", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("erased", _Big),
        sa.Column("merged_into", sa.String(44)),
        sa.PrimaryKeyConstraint("shopper", name=op.f("pk_shopper")),
    )
    op.create_index(op.f("ix_shopper_changed"), "shopper", ["changed"])
    op.create_table(
        "model_output",
        sa.Column("shopper", sa.String(44), nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("version", sa.String(128), nullable=False),
        sa.Column("time", _Big, nullable=False),
        sa.Column("scores", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shopper", name=op.f("pk_model_output")),
    )
