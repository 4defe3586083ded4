"""The method's constants: Ecobalyse, textile, as published on 19 February 2025 (commit 36531be, MIT).

Every figure is quoted from the method's public documentation (fabrique-numerique.gitbook.io/ecobalyse,
"Textile") as implemented at that commit. Impacts, distances and defaults of products are not here:
they are read from the published files.
"""

from __future__ import annotations

VERSION = "ecobalyse-textile-2025-02-19-36531be"
"""The pinned version: method and data belong together."""

FINGERPRINT = "9bd6931d5f3cb4fde75a8b65e0e0d6a0df78df5ebc32d65cb9f32c745c479408"
"""SHA-256 over the published files as canonical JSON, see `published.fingerprint`."""

INDICATORS = ("ecs", "pef")
"""Environmental cost (points) and PEF single score (micropoints), in this order everywhere."""

STEPS = ("material", "spinning", "fabric", "ennobling", "making", "distribution", "use", "eol")
"""The life cycle's steps in order, by the codes of `disabledSteps`."""

MJ_PER_KWH = 3.6

DEAD_STOCK = 0.15
"""Share of what is made that is never sold ("Stocks dormants")."""

SPINNING = {
    "ConventionalSpinning": (0.12, 4.0),
    "UnconventionalSpinning": (0.12, 2.0),
    "SyntheticSpinning": (0.03, 1.5),
}
"""Waste share, and kWh per kg at Nm 50 ("Fabrication du fil": kWh = Nm / 50 * norm * kg)."""

FABRIC_PROCESSES = {
    "knitting-mix": "9c478d79-ff6b-45e1-9396-c3bd897faa1d",
    "knitting-fully-fashioned": "6524ac1e-cc95-4b5a-b462-2fccad7a0bce",
    "knitting-integral": "11648b33-f117-4eca-bb09-233c0ad0757f",
    "knitting-circular": "2e16787c-7a89-4883-acdf-37d3d362bdab",
    "knitting-straight": "364298ad-2058-4ec4-b2d0-47f5214abffb",
    "weaving": "f9686809-f55e-4b96-b1f0-3298959de7d0",
}
"""Ids of the published processes by the codes of `fabricProcess`."""

FABRIC_MAKING = {"knitting-fully-fashioned": (0.02, "very-low"), "knitting-integral": (0.0, "not-applicable")}
"""Making waste and complexity of fabrics that are knitted in shape ("Confection")."""

WEAVING_KWH_PER_PICK = 0.0003145
"""kWh per pick.m ("Tissage"); the picks of a garment are rounded to whole ones."""

WEAVING_SHRINKAGE = 1.08
"""Crimp and shrinkage of 8 % ("Tissage", taux d'embuvage)."""

MINUTES = {
    "not-applicable": 0.0,
    "very-low": 5.0,
    "low": 15.0,
    "medium": 30.0,
    "high": 60.0,
    "very-high": 120.0,
}
"""Minutes of making by complexity ("Confection")."""

KWH_PER_MINUTE = 0.029
"""Electricity per minute of making ("Confection")."""

UPCYCLED_COMPLEXITY = "high"
UPCYCLED_SKIPS = ("material", "spinning", "fabric", "ennobling")
"""What a remanufactured garment does not need again ("Remanufacturé")."""

DYEING = {
    "average": "55bf2578-3195-4ee9-aa5a-03ab2d4738e9",
    "continuous": "27cd9eb5-85e8-4fda-8fa1-ccb9a2ae118c",
    "discontinuous": "057eadfc-36a6-4bc7-b691-7075694360ec",
}
DYEING_TOXICITY_SYNTHETIC = "ae9cbbad-7982-4f3c-9220-edf27946d347"
DYEING_TOXICITY_CELLULOSIC = "da9d1c32-a166-41ab-bac6-f67aff0cf44a"
BLEACHING = "5c92e205-3fc7-4890-839f-a91e2442b7fb"
DEGREASING = "e04e2729-2489-47ce-b57c-f06a93f5d03b"
WASHING_SYNTHETIC = "47d32919-d66c-47de-8fe8-d4f361bb4af9"
FINISHING = "63baddae-e05d-404b-a73f-371044a24fe9"
FADING = "49adf2a8-c74f-46af-b4c7-e1a8e1f5a6cb"
HEAT_EUROPE = "9ad21879-ce00-4d50-b1d8-c719585e24ca"
HEAT_WORLD = "e70b2dc1-41be-4db6-8267-4e9f4822e8bc"

PRE_TREATMENTS = {
    "Synthetic": (WASHING_SYNTHETIC,),
    "ArtificialFromOrganic": (BLEACHING,),
    "ArtificialFromInorganic": (),
    "NaturalFromAnimal": (BLEACHING, DEGREASING),
    "NaturalFromVegetal": (BLEACHING, DEGREASING),
}
"""Pre-treatments by the origin of a fibre ("Ennoblissement"); they count for their energy."""

AQUATIC_POLLUTION = {"Best": 0.05, "Average": 0.19, "Worst": 0.37}
"""Share of effluents that reaches water, by a country's scenario ("Ennoblissement")."""

PRINTING = {
    "pigment": ("710987ca-f483-4f1c-9122-38b620f4062b", "d66055e3-34eb-4343-8192-fb21be40063b"),
    "substantive": ("0810b8e5-a3d9-4607-bccc-83d112573260", "859a3065-416a-4506-a667-1de480938ba5"),
}
"""The printing (per m2) and its toxicity (per kg) ("Impression")."""

PRINTING_RATIO, PRINTING_RATIO_MAX = 0.2, 0.8

ROAD = "463aa3d1-287e-4d4c-a4ed-78d47600a4b1"
SEA = "b5ae1d24-51ca-4867-b487-abee44e72858"
AIR = "247ab69c-daa5-4f81-879f-fac0d33880f2"
ROAD_SHARES = ((500.0, 1.0), (1000.0, 0.9), (2000.0, 0.5), (3000.0, 0.25))
"""Share by road up to (the first) or below (the others) so many km; by sea beyond ("Transport")."""

DISTRIBUTION_KM = 500.0
AIR_SHARE_DURABLE, AIR_SHARE = 0.33, 1.0
"""Share flown from making to distribution for garments of a durability of 1 or more, and for others."""

NO_AIR_ZONE, NO_AIR_COUNTRY = "Europe", "TR"
HOME = "FR"
"""Distribution, use and end of life are in France."""

UNKNOWN_COUNTRY = "---"

END_OF_LIFE = "266fa378-77c0-11ec-90d6-0242ac120003"
CAR = "1ead35dd-fc71-4b0c-9410-7e39da95c7dc"
TRUNK_M3 = 0.2
"""A car's trunk: a garment takes its volume's share of the trip to the collection point ("Fin de vie")."""

DURABILITY_MIN, DURABILITY_MAX = 0.67, 1.45
"""Bounds of both durabilities ("Durabilité")."""

WEIGHTS = {"references": 0.4, "repair": 0.4, "traceability": 0.2}
REPAIR_GOOD, REPAIR_BAD = 0.33, 1.0
"""Repair cost over price: all points below, none above."""

BUSINESS = {
    "small-business": (1.0, 0.0),
    "large-business-with-services": (0.67, 0.33),
    "large-business-without-services": (0.67, 0.0),
}
"""Factor on the repair index, and what is added to it."""

REFERENCES = ((1000.0, 7000.0, 16000.0), (1.0, 0.5, 0.0))
"""Number of references on sale, and the index there; linear between, constant outside."""

MICROFIBRES = {
    "NaturalFromVegetal": 250.0,
    "NaturalFromAnimal": 390.0,
    "ArtificialFromOrganic": 330.0,
    "ArtificialFromInorganic": 820.0,
    "Synthetic": 820.0,
}
"""Complement in points per kg of garment, only in `ecs` ("Microfibres")."""

EXPORT_POINTS = 5000.0
EXPORT_SHARE, EXPORT_SHARE_SYNTHETIC, EXPORT_SYNTHETIC_FROM = 0.049, 0.121, 0.5
"""Complement for the end of life outside Europe, only in `ecs` ("Export hors Europe")."""
