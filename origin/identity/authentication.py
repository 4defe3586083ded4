"""Authentication: every request shows a token, and becomes somebody before any route sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar.datastructures import Headers
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import ASGIMiddleware
from litestar.plugins import InitPlugin

from origin.identity.principal import authenticated, calling
from selvedge.identity.compact import InvalidToken

if TYPE_CHECKING:
    from litestar.config.app import AppConfig
    from litestar.types import ASGIApp, Receive, Scope, Send

    from origin.identity.principal import Principal
    from origin.identity.servicekeys import ServiceVerifier


class Authentication(ASGIMiddleware):
    """Puts the `Principal` behind a request's token into its scope; without a token, None."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "public"

    def __init__(self, services: ServiceVerifier) -> None:
        self._services = services

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Verify the token and go on."""
        try:
            scope["user"] = self._principal(Headers.from_scope(scope))
        except InvalidToken as error:
            raise refusal(error) from error
        await next_app(scope, receive, send)

    def _principal(self, headers: Headers) -> Principal | None:
        token = bearer_token(headers)
        return None if token is None else self._services.verify(token)


class Identity(InitPlugin):
    """Makes an application one that nobody uses without a token, and gives handlers `principal`."""

    def __init__(self, services: ServiceVerifier) -> None:
        self._middleware = Authentication(services)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add middleware, guard and dependency."""
        app_config.middleware.insert(0, self._middleware)
        app_config.guards.append(authenticated)
        app_config.dependencies["principal"] = Provide(calling, sync_to_thread=False)
        return app_config


def bearer_token(headers: Headers) -> str | None:
    """Return the token in `Authorization` (RFC 6750, section 2.1), or None. Raises `InvalidToken`."""
    fields = headers.getall("authorization", [])
    if not fields:
        return None
    scheme, _, token = fields[0].partition(" ")
    if len(fields) > 1 or scheme.lower() != "bearer" or not token:
        raise InvalidToken("malformed")
    return token


def refusal(error: InvalidToken) -> NotAuthorizedException:
    """Return the answer to a token that proves nothing (RFC 6750, section 3.1)."""
    said = f'Bearer error="invalid_token", error_description="{error.reason}"'
    return NotAuthorizedException(
        f"this token proves nothing: {error.reason}", headers={"WWW-Authenticate": said}
    )
