from pathlib import Path

from development import workerd

ENTRY = """
import asyncio
from workers import Response, WorkerEntrypoint

async def store_later(kv):
    await asyncio.sleep(0.05)
    await kv.put("later", "stored")

class Default(WorkerEntrypoint):
    async def scheduled(self, controller):
        await self.env.CATALOGUE.put("cron", controller.cron)

    async def fetch(self, request):
        if request.url.endswith("/later"):
            self.ctx.waitUntil(store_later(self.env.CATALOGUE))
            return Response("accepted", status=202, headers={"x-request": request.headers["x-id"]})
        if request.url.endswith("/error"):
            raise ValueError("as asked")
        if request.url.endswith("/body"):
            return Response(await request.bytes())
        return Response(",".join(sorted(k for k in dir(self.env._env) if k.isupper())))
"""


def serve(folder: Path) -> Path:
    (folder / "entry.py").write_text(ENTRY)
    return folder


def test_the_worker_answers(runtime: workerd.Workerd) -> None:
    assert runtime.client.get("/healthz").status_code == 200


def test_handlers_work_as_in_production(tmp_path: Path) -> None:
    with workerd.running({"SECRET": "s"}, worker=serve(tmp_path)) as instance:
        answer = instance.client.get("/later", headers={"x-id": "7"})
        assert (answer.status_code, answer.headers["x-request"]) == (202, "7")
        # The snippet's own sleep lets the first request's waitUntil finish.
        stored = "import asyncio\nawait asyncio.sleep(0.3)\nawait env.CATALOGUE.get('later')"
        assert instance.run(stored) == "stored"
        assert instance.client.get("/error").status_code == 500
        body = bytes(range(256)) * 1000
        assert instance.client.post("/body", content=body).content == body
        instance.run_scheduled("* * * * *")
        assert instance.run("await env.CATALOGUE.get('cron')") == "* * * * *"
        visible = instance.client.get("/env").text.split(",")
        assert "SECRET" in visible
        assert not [name for name in visible if name.startswith("HOST_")]


def test_what_is_sent_to_the_queue_arrives(runtime: workerd.Workerd) -> None:
    runtime.run("await env.EVENTS.send({'kind': 'view'})")
    bodies = []
    for _ in range(50):
        bodies = [message["body"] for message in runtime.queued()]
        if bodies:
            break
        runtime.run("import asyncio\nawait asyncio.sleep(0.1)")
    assert {"kind": "view"} in bodies


def test_the_other_bindings_answer(runtime: workerd.Workerd) -> None:
    assert runtime.run("await env.REQUEST_RATE.limit({'key': 'visitor'})") == {"success": True}
    point = "{'blobs': ['a'], 'doubles': [1.5], 'indexes': ['x']}"
    assert runtime.run(f"env.TELEMETRY.writeDataPoint({point})") is None


def test_the_heap_is_that_of_the_interpreter_and_what_it_holds(runtime: workerd.Workerd) -> None:
    assert 20_000_000 < runtime.heap_bytes() < 100_000_000
    runtime.run("kept = bytes(120_000_000); len(kept)")
    assert runtime.heap_bytes() > 120_000_000
