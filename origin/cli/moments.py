"""Times on the command line, in UTC: also as our own JSON writes them."""

from __future__ import annotations

import click

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S"])
