"""Authentication: every request shows a token, and becomes somebody before any route sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar.datastructures import Headers
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import (
    NotAuthorizedException,
    PermissionDeniedException,
)
from litestar.middleware import ASGIMiddleware
from litestar.plugins import InitPlugin, ReceiveRoutePlugin

from origin.identity.limits import Limiter
from origin.identity.principal import SHOPPER_SCOPES, Principal, authenticated, calling
from origin.identity.rates import UNLIMITED
from origin.problems import may_answer
from origin.rehearsal import SystemClock
from origin.transport import is_exposed
from selvedge.identity import compact
from selvedge.identity.compact import InvalidToken, parse_compact
from selvedge.identity.service import TOKEN_TYPE
from selvedge.shopper.identity import is_account

if TYPE_CHECKING:
    from litestar.config.app import AppConfig
    from litestar.routes import BaseRoute
    from litestar.types import ASGIApp, Receive, Scope, Send

    from origin.identity.servicekeys import ServiceVerifier
    from origin.identity.shoppers import ShopperVerifier

SHOPPER_TOKEN = "selvedge-shopper-token"  # noqa: S105 - a header's name
"""Where the edge hands on a shopper's own token, beside its own."""


class Authenticator:
    """Finds out who calls, from the tokens of a request."""

    def __init__(self, services: ServiceVerifier, shoppers: ShopperVerifier | None = None) -> None:
        self._services = services
        self._shoppers = shoppers

    def service(self, token: str) -> Principal | None:
        """Return the service whose token it is, None for what is no service's. Raises `InvalidToken`."""
        parsed = parse_compact(token)
        if parsed.header.get("typ") != TOKEN_TYPE:
            return None
        return self._services.verify(token, parsed)

    async def shopper(self, token: str) -> Principal:
        """Return the shopper whose token it is. Raises `InvalidToken`, `ProviderUnavailable`."""
        return Principal("shopper", SHOPPER_SCOPES, await self._account(token))

    async def prove(self, service: Principal, headers: Headers) -> None:
        """Raise `InvalidToken` unless who acts for an account shows the proof that its owner asked.

        The edge is believed about visitors alone: what it holds of them is all there is to know.
        """
        if service.shopper is None or not is_account(service.shopper):
            return
        shown = headers.getall(SHOPPER_TOKEN, [])
        if len(shown) != 1:
            raise InvalidToken("shopper-token-missing")
        if await self._account(shown[0]) != service.shopper:
            raise InvalidToken("shopper")

    async def _account(self, token: str) -> str:
        if self._shoppers is None:
            raise InvalidToken("no-accounts")
        return (await self._shoppers.verify(token)).id


class Authentication(ASGIMiddleware):
    """Puts the `Principal` behind a request's token into its scope; without a token, None."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "public"

    def __init__(self, authenticator: Authenticator, limiter: Limiter, *, plain_http: bool = True) -> None:
        self._authenticator = authenticator
        self._limiter = limiter
        self._plain_http = plain_http

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Verify the token, count, and go on. Raises `ProviderUnavailable` too."""
        if not self._plain_http and is_exposed(scope):
            raise PermissionDeniedException("this is answered over TLS only")
        client = scope.get("client")
        headers, address = Headers.from_scope(scope), client[0] if client else ""
        try:
            service, token = self._service(headers, address)
            if service is None:
                scope["user"] = await self._caller(token, address)
            else:
                self._limiter.serve(service)
                await self._authenticator.prove(service, headers)
                scope["user"] = service
        except InvalidToken as error:
            raise refusal(error) from error
        await next_app(scope, receive, send)

    def _service(self, headers: Headers, address: str) -> tuple[Principal | None, str | None]:
        """Return which service calls, if one does, and the token."""
        try:
            token = bearer_token(headers)
            return (None if token is None else self._authenticator.service(token)), token
        except InvalidToken:
            self._limiter.approach(address)
            raise

    async def _caller(self, token: str | None, address: str) -> Principal | None:
        """Return which shopper calls, if one does. Every such request is counted, whatever it shows."""
        self._limiter.approach(address)
        if token is None:
            return None
        shopper = await self._authenticator.shopper(token)
        self._limiter.serve(shopper)
        return shopper


class Identity(InitPlugin, ReceiveRoutePlugin):
    """Makes an application one that nobody uses without a token, and gives handlers `principal`."""

    def __init__(
        self,
        services: ServiceVerifier,
        shoppers: ShopperVerifier | None = None,
        limiter: Limiter | None = None,
        *,
        plain_http: bool = True,
    ) -> None:
        authenticator = Authenticator(services, shoppers)
        limiter = limiter or Limiter(UNLIMITED, SystemClock())
        self._middleware = Authentication(authenticator, limiter, plain_http=plain_http)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add middleware, guard and dependency."""
        app_config.middleware.insert(0, self._middleware)
        app_config.guards.append(authenticated)
        app_config.dependencies["principal"] = Provide(calling, sync_to_thread=False)
        return app_config

    def receive_route(self, route: BaseRoute) -> None:
        """Let the OpenAPI document say of each route what this adds to its answers."""
        for handler in getattr(route, "route_handlers", ()):
            if not handler.opt.get("public"):
                handler.responses = {**may_answer(), **(handler.responses or {})}


def bearer_token(headers: Headers) -> str | None:
    """Return the token in `Authorization`, or None. Raises `InvalidToken`, also for two of them."""
    fields = headers.getall("authorization", [])
    if not fields:
        return None
    if len(fields) > 1:
        raise InvalidToken("malformed")
    return compact.bearer_token(fields[0])


def refusal(error: InvalidToken) -> NotAuthorizedException:
    """Return the answer to a token that proves nothing (RFC 6750, section 3.1)."""
    said = f'Bearer error="invalid_token", error_description="{error.reason}"'
    return NotAuthorizedException(
        f"this token proves nothing: {error.reason}", headers={"WWW-Authenticate": said}
    )
