// The host's entry point under `wrangler dev`: the Python Worker, and Cloudflare's KV interface for publishing.

import { answerKvRest, isKvRest } from "./kv_rest.mjs";
import { handleEvent, startup } from "./python_worker.mjs";

export default {
  async fetch(request, env, ctx) {
    if (isKvRest(request)) return answerKvRest(request, env);
    if (startup.error) return new Response(startup.error, { status: 500 });
    return handleEvent("fetch", request, env, ctx);
  },
  scheduled: (controller, env, ctx) => handleEvent("scheduled", controller, env, ctx),
  queue: (batch, env, ctx) => handleEvent("queue", batch, env, ctx),
};
