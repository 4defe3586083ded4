// What tests and benchmarks ask of the host itself, below /__host/. `wrangler dev` never loads this module.

import controlSource from "./control.bin";
import { faults, reads, setFaults, withFaults } from "./kv_faults.mjs";
import { beforeFirstEvent, python, runModule, startup } from "../python_worker.mjs";
import { wrapBindings } from "../visible_env.mjs";

const PREFIX = "/__host/";
const queued = [];
let snippets;

wrapBindings(withFaults);

export const isControl = (request) => new URL(request.url).pathname.startsWith(PREFIX);

/** Keeps what came to a queue that nobody consumes, for GET /__host/queue. */
export function keepBatch(batch) {
  queued.push(...batch.messages.map(({ id, body }) => ({ queue: batch.queue, id, body })));
  batch.ackAll();
}

export async function answerControl(request, env, ctx) {
  const name = `${request.method} ${new URL(request.url).pathname.slice(PREFIX.length)}`;
  const answer = ANSWERS[name];
  return answer ? answer(request, env, ctx) : Response.json({ error: `no ${name}` }, { status: 404 });
}

const ANSWERS = {
  "GET startup": () => Response.json(startup),
  "GET heap": () => Response.json({ bytes: python._module.HEAP8.length }),
  "GET kv-faults": () => Response.json({ faults, reads }),
  "POST kv-faults": setKvFaults,
  "GET queue": () => Response.json(queued),
  "DELETE queue": () => Response.json({ dropped: queued.splice(0).length }),
  "POST python": runSnippet,
};

async function setKvFaults(request) {
  try {
    setFaults(await request.json());
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 400 });
  }
  return Response.json({ faults, reads });
}

async function runSnippet(request, _env, ctx) {
  beforeFirstEvent();
  snippets ??= runModule("control", controlSource);
  const running = snippets.run(await request.text(), ctx);
  try {
    return new Response(await running, { headers: { "content-type": "application/json" } });
  } catch (error) {
    return Response.json({ error: error.message }, { status: 500 });
  } finally {
    running.destroy();
  }
}
