"""Who calls: a service or a shopper, what they may do, and the guards of routes that ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Request  # noqa: TC002 - Litestar reads the annotations of dependencies
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler
    from litestar.types import Guard

SHOPPER_PARAMETER = "shopper"
"""The name that every route gives the shopper's id in its path."""

PUBLIC = {"public": True}
"""`opt` of the few routes that answer anybody, such as /healthz."""

SHOPPER_SCOPES = frozenset({"profiles:read", "profiles:write", "privacy"})
"""What shoppers may do with their own token, on their own paths."""


class Principal(msgspec.Struct, frozen=True):
    """Whoever a verified token speaks for; with `shopper` they reach that person's paths alone.

    `token` names the service token itself (its `jti`), and is empty for shoppers who come themselves.
    """

    name: str
    scopes: frozenset[str]
    shopper: str | None = None
    token: str = ""


def requires(*scopes: str, anyone: bool = False) -> Guard:
    """Return a guard that lets pass who holds all of `scopes`, on the paths that they may reach.

    `anyone` opens a route without a shopper in its path to principals of one shopper too.
    """

    # A guard that is no coroutine function would be run in a thread, at a third of a request's price.
    async def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        principal = principal_of(connection)
        if not principal.scopes.issuperset(scopes):
            raise PermissionDeniedException(f"this needs the scope {' '.join(scopes)}")
        asked = connection.path_params.get(SHOPPER_PARAMETER)
        own = principal.shopper is None or asked == principal.shopper or (asked is None and anyone)
        if not own:
            raise PermissionDeniedException("this token is for another path")

    return guard


async def authenticated(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of the whole application: whoever calls shows a token, unless the route is `PUBLIC`."""
    if not handler.opt.get("public"):
        principal_of(connection)


def principal_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Return who calls. Raises `NotAuthorizedException`."""
    principal = connection.scope.get("user")
    if not isinstance(principal, Principal):
        raise NotAuthorizedException("show a token", headers={"WWW-Authenticate": "Bearer"})
    return principal


def calling(request: Request[Any, Any, Any]) -> Principal:
    """Give handlers who calls, as the dependency `principal`."""
    return principal_of(request)
