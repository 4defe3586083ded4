"""What can be wrong with a database."""

from __future__ import annotations

from selvedge.errors import SelvedgeError


class DatabaseUnavailable(SelvedgeError):
    """The database does not answer, or is busy for too long; `__cause__` holds what it said."""

    reason = "database-unavailable"


class TransactionBroken(DatabaseUnavailable):
    """The database broke a transaction off in favour of another one; another try may well get through."""

    reason = "transaction-broken"


class SchemaOutdated(SelvedgeError):
    """The database has another schema than this code; `python -m origin database upgrade` changes it."""

    reason = "schema-outdated"
