"""What every adapter of the port `Origin` does: one list, for httpx here and for fetch in workerd."""

import json
from dataclasses import dataclass, field

from development.fault_proxy import Fault

DEADLINE_MS = 250
MAX_BYTES = 1_000
ECHO = {"method": "GET", "path": "/v1/x?a=%20b", "body": "", "authorization": "Bearer t"}


@dataclass(frozen=True)
class ContractCase:
    """A request, what the origin does, and the answer that the adapter returns, or why there is none."""

    name: str
    fault: Fault = "healthy"
    method: str = "GET"
    body: str = ""
    reason: str | None = None
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    content: str | None = None


CASES = [
    ContractCase("an answer with its type and tag", headers={"etag": '"7"'}, content=json.dumps(ECHO)),
    ContractCase(
        "content arrives",
        method="POST",
        body='{"a": "é"}',
        headers={"etag": '"7"'},
        content=json.dumps(ECHO | {"method": "POST", "body": '{"a": "é"}'.encode().decode("latin-1")}),
    ),
    ContractCase("an error is an answer", "500", status=500, content='{"status": 500}'),
    ContractCase("garbage is an answer", "garbage"),
    ContractCase("another type is told", "wrong-type", media_type="text/html"),
    ContractCase("a redirect is not followed", "redirect", status=302, media_type="text/plain", content=""),
    ContractCase("a slow answer is late", "slow", reason="timeout"),
    ContractCase("no answer is late", "hanging", reason="timeout"),
    ContractCase("content that trickles is late", "trickling", reason="timeout"),
    ContractCase("a refused connection", "refusing", reason="unreachable"),
    ContractCase("a connection that is reset", "resetting", reason="unreachable"),
    ContractCase("what is not HTTP", "no-http", reason="unreachable"),
    ContractCase("content that is cut short", "cut-short", reason="unreachable"),
    ContractCase("more than was allowed", "huge", reason="too-large"),
]
"""`content` is compared where it is given."""
