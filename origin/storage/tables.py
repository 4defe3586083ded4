"""The one `MetaData` of the origin's data; each room declares its tables on it, in a module of its own."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints, so that migrations can name what they change on both engines."""

metadata = MetaData(naming_convention=NAMING)

Big = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both engines; on SQLite the type that a row's own number must have."""

SHOPPER_LENGTH = 44
"""Characters of the longest shopper id."""
