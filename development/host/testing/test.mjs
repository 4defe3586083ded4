// The host's entry point for tests and benchmarks: as dev.mjs, and the control paths below /__host/.

import { answerControl, isControl, keepBatch } from "./control.mjs";
import { answerKvRest, isKvRest } from "../kv_rest.mjs";
import { handleEvent } from "../python_worker.mjs";

export default {
  async fetch(request, env, ctx) {
    if (isControl(request)) return answerControl(request, env, ctx);
    if (isKvRest(request)) return answerKvRest(request, env);
    return handleEvent("fetch", request, env, ctx);
  },
  scheduled: (controller, env, ctx) => handleEvent("scheduled", controller, env, ctx),
  async queue(batch, env, ctx) {
    if (JSON.parse(env.HOST_KEPT_QUEUES).includes(batch.queue)) keepBatch(batch);
    else await handleEvent("queue", batch, env, ctx);
  },
};
