"""The least that a Python Worker can do: what every ratio is a ratio to."""

from typing import Any

from workers import Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    """Says hello."""

    async def fetch(self, _request: Any) -> Response:
        """Answer any request."""
        return Response("Hello World!")
