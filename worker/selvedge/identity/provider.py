"""The shop's own OpenID provider, as the setting SELVEDGE_OIDC describes it. Shared by edge and origin."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Algorithm = Literal["RS256", "PS256", "ES256", "EdDSA"]
"""What a provider may sign with. Nothing with a shared secret: who could verify could also forge."""

Text = Annotated[str, Meta(min_length=1, max_length=512)]


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who issues shoppers' tokens and for whom: `audience` is the shop's client id, or its API's name.

    `jwks_uri` is discovered where it is not given. `parties` are the clients that may have asked for a
    token (`azp`); without them it is the audience alone.
    """

    issuer: Text
    audience: Text
    jwks_uri: Text | None = None
    algorithms: Annotated[tuple[Algorithm, ...], Meta(min_length=1)] = ("RS256", "ES256", "EdDSA")
    parties: tuple[Text, ...] = ()

    @property
    def discovery_uri(self) -> str:
        """Where the provider describes itself (OpenID Connect Discovery 1.0, section 4)."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
