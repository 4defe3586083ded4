"""The README's session: its `curl` lines with what the demo shop's Worker answers to them.

`scripts/docs` writes the answers into the README, and a test holds them against the code.
"""

import asyncio
import json
import re
import tempfile
from base64 import b64encode
from pathlib import Path

from development import paths
from origin.building import build
from origin.building.labels import VocabularyLabels
from origin.demo import generate, write_feeds
from origin.demo.shopfile import write_shop
from origin.importing import read_shop
from origin.publishing.signing import Ed25519Signer, Ed25519Verifier
from origin.rehearsal import Headers, MemoryKeyValue, Tasks, rehearse
from selvedge.settings import Settings
from selvedge.snapshot.manifest import FORMAT, Pointer, part_key, pointer_key, seal_pointer
from selvedge.web.app import Application
from selvedge.web.http import Request

README = paths.ROOT / "README.md"
_COMMAND = re.compile(
    r"^\$ curl -s 'http://127\.0\.0\.1:8787(?P<path>/[^'?]*)\??(?P<query>[^']*)'(?P<pretty>.*)$"
)
_PRODUCTS = 1000
_DAYS_LATER = 21 * 86_400


class _Clock:
    """Some days after the demo shop's feed was taken."""

    def __init__(self, taken: int) -> None:
        self._now = float(taken + _DAYS_LATER)

    def now(self) -> float:
        return self._now


def demo_application() -> Application:
    """The Worker's application over the demo shop, made from its feeds as `scripts/dev` makes it."""
    with tempfile.TemporaryDirectory() as folder:
        generated = generate(_PRODUCTS)
        shop = write_shop(generated, write_feeds(generated, Path(folder)), Path(folder))
        catalogue = read_shop(shop).catalogue
    built = build(catalogue, shop="demo", labels=VocabularyLabels())
    signer = Ed25519Signer(bytes(32))
    taken = built.release.manifest.taken
    pointer = Pointer(FORMAT, "demo", "live", 1, taken, built.release)
    values = {part_key(digest): part for digest, part in built.parts.items()}
    values[pointer_key("live")] = seal_pointer(pointer, signer)
    sealing = {"readme": b64encode(bytes(32)).decode()}
    settings = Settings(shop="demo", snapshot_keys={}, sealing_keys=sealing)
    verifier = Ed25519Verifier({signer.key_id: signer.public})
    return rehearse(settings, MemoryKeyValue(values), verifier, clock=_Clock(taken))


def current(readme: str) -> str:
    """The README with the answers that the code gives today."""
    application = demo_application()
    lines: list[str] = []
    replacing = False
    for line in readme.split("\n"):
        if line.startswith("```"):
            replacing = False
        command = _COMMAND.match(line)
        if command:
            lines += [line, _answer(application, command)]
            replacing = True
        elif line.startswith("$ ") or not replacing:
            lines.append(line)
            replacing = replacing and not line.startswith("$ ")
    return "\n".join(lines)


def _answer(application: Application, command: re.Match[str]) -> str:
    request = Request("GET", command["path"], command["query"], Headers({}))
    body = asyncio.run(_ask(application, request)).decode()
    if "json.tool" in command["pretty"]:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    return body


async def _ask(application: Application, request: Request) -> bytes:
    background = Tasks()
    response = await application.handle(request, background)
    await background.finish()
    return response.body


if __name__ == "__main__":
    README.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
