"""Profiles as they are kept and served; the compact form is `selvedge.shopper.profile`."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from selvedge.shopper.context import MAX_AFFINITIES, MAX_DISMISSED, MAX_PURCHASED, Affinity
from selvedge.shopper.identity import ShopperId
from selvedge.shopper.policy import Purpose, Source
from selvedge.shopper.profile import MAX_PREFERENCES, Pair, Text

MAX_CONSENT = 100
"""Entries of a consent record; the oldest leave first when two are merged."""

LAST_SECOND = 253_402_300_799
"""The end of the year 9999, epoch seconds."""

Time = Annotated[int, Meta(ge=0, le=LAST_SECOND)]
Values = Annotated[tuple[Text, ...], Meta(max_length=MAX_PREFERENCES)]
Facet = Annotated[
    str, Meta(pattern=r"^[A-Za-z]{1,40}:[^\n]{1,80}$", description="`field:value`, as in `material:wool`.")
]

Priority = Literal["materials", "certifications", "sizes", "brands"]
FIELDS: dict[Priority, str] = {
    "materials": "material",
    "certifications": "certification",
    "sizes": "size",
    "brands": "brand",
}
"""The facet of the catalogue that each list of preferences names values of."""


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says they want. `priorities` are the lists that matter most, in order.

    The compact form holds the first `MAX_PREFERENCES` values, in the order of the priorities.
    """

    materials: Values = ()
    certifications: Values = ()
    avoided: Annotated[tuple[Facet, ...], Meta(max_length=MAX_PREFERENCES)] = ()
    sizes: Values = ()
    brands: Values = ()
    priorities: Annotated[tuple[Priority, ...], Meta(max_length=4)] = ()

    def preferred(self) -> tuple[Pair, ...]:
        """The values as facet and value, what matters most first, each once."""
        order = dict.fromkeys((*self.priorities, *get_args(Priority)))
        pairs = [(FIELDS[name], value) for name in order for value in getattr(self, name)]
        return tuple(dict.fromkeys(pairs))[:MAX_PREFERENCES]

    def unwanted(self) -> tuple[Pair, ...]:
        """What is avoided, as facet and value."""
        pairs = [tuple(text.split(":", 1)) for text in self.avoided]
        return tuple(dict.fromkeys((field, value) for field, value in pairs))


class ConsentEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One decision on a purpose: on which `version` of the texts, when (epoch seconds), by which signal."""

    purpose: Purpose
    allowed: bool
    version: Annotated[int, Meta(ge=0, le=2**31)]
    time: Time
    source: Source


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of a profile can be set: it is kept as it was sent."""

    declared: Declared = Declared()
    consent: Annotated[tuple[ConsentEntry, ...], Meta(max_length=MAX_CONSENT)] = ()


class Derived(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the origin derived from events: fields of the compact form by their names there."""

    affinities: Annotated[tuple[Affinity, ...], Meta(max_length=MAX_AFFINITIES)] = ()
    purchased: Annotated[tuple[Text, ...], Meta(max_length=MAX_PURCHASED)] = ()
    dismissed: Annotated[tuple[Text, ...], Meta(max_length=MAX_DISMISSED)] = ()


class Leaning(msgspec.Struct, frozen=True):
    """An affinity as it is served: a leaning towards products with a facet value, 1 to 127."""

    field: str
    value: str
    weight: int


class Profile(msgspec.Struct, frozen=True):
    """A profile as it is served. `changed` is in epoch seconds; `affinities` were derived from events."""

    id: ShopperId
    revision: int
    changed: int
    declared: Declared
    consent: tuple[ConsentEntry, ...]
    affinities: tuple[Leaning, ...] = ()
    objected: bool = False


class Revision(msgspec.Struct, frozen=True):
    """The revision that a change led to."""

    revision: int


def refusals(consent: tuple[ConsentEntry, ...]) -> dict[Purpose, int]:
    """Return the purposes whose newest entry does not allow them, with its time."""
    newest = {one.purpose: one for one in sorted(consent, key=lambda one: one.time)}
    return {purpose: one.time for purpose, one in newest.items() if not one.allowed}


def refused(consent: tuple[ConsentEntry, ...]) -> frozenset[Purpose]:
    """Return the purposes whose newest entry does not allow them."""
    return frozenset(refusals(consent))


def merged_declared(own: Declared, others: Declared) -> Declared:
    """Return both wishes: `own` first, what does not fit left out, and never what `own` avoids."""
    return Declared(
        **{
            name: tuple(dict.fromkeys((*getattr(own, name), *getattr(others, name))))[:MAX_PREFERENCES]
            for name in ("materials", "certifications", "avoided", "sizes", "brands")
        },
        priorities=own.priorities or others.priorities,
    )


def merged_consent(
    own: tuple[ConsentEntry, ...], others: tuple[ConsentEntry, ...]
) -> tuple[ConsentEntry, ...]:
    """Return both records in order of time, the newest `MAX_CONSENT` entries."""
    return tuple(sorted(dict.fromkeys((*own, *others)), key=lambda one: one.time)[-MAX_CONSENT:])


def merged_derived(own: Derived, others: Derived) -> Derived:
    """Return both: of an affinity the stronger, of products `own` ones first."""
    strongest: dict[Pair, Affinity] = {}
    for one in (*own.affinities, *others.affinities):
        key = (one.field, one.value)
        if key not in strongest or strongest[key].weight < one.weight:
            strongest[key] = one
    affinities = sorted(strongest.values(), key=lambda one: (-one.weight, one.field, one.value))
    return Derived(
        tuple(affinities[:MAX_AFFINITIES]),
        tuple(dict.fromkeys((*own.purchased, *others.purchased)))[:MAX_PURCHASED],
        tuple(dict.fromkeys((*own.dismissed, *others.dismissed)))[:MAX_DISMISSED],
    )
