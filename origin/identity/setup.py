"""Identity as the settings describe it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from origin.identity.authentication import Identity
from origin.identity.documents import HttpDocuments
from origin.identity.limits import Limiter
from origin.identity.servicekeys import ServiceVerifier
from origin.identity.shoppers import ShopperVerifier
from selvedge.identity.jwks import KeySet

if TYPE_CHECKING:
    from origin.settings import Settings
    from selvedge.ports import Clock, Documents


def identity(settings: Settings, clock: Clock, documents: Documents | None = None) -> Identity:
    """Return the plugin that `settings` describe. Raises `BadSetting`."""
    shoppers = None
    if settings.oidc is not None:
        keys = KeySet(settings.oidc, documents or HttpDocuments(), clock)
        shoppers = ShopperVerifier(settings.oidc, keys, clock)
    services = ServiceVerifier(settings.service_keys, clock)
    return Identity(services, shoppers, Limiter(settings.limits, clock), plain_http=settings.plain_http)
