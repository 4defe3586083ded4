"""A Worker that only says hello, until the real one takes its place."""

from workers import Request, Response, WorkerEntrypoint


class Default(WorkerEntrypoint):
    """Answers every request alike."""

    async def fetch(self, request: Request) -> Response:
        """Say hello."""
        return Response(f"hello from {request.url}\n", headers={"content-type": "text/plain"})
