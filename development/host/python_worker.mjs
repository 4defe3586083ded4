// The Python Worker as a JavaScript one: imports entry.py before the first request, then hands events over.

import * as cloudflareWorkers from "cloudflare:workers";
import * as cloudflareSockets from "cloudflare:sockets";
import dispatchSource from "./dispatch.bin";
import guardSource from "./startup_guard.bin";
import { WORKER_ROOT, bootInterpreter } from "./interpreter.mjs";
import { StartupGuard } from "./startup_guard.mjs";
import { visibleEnv } from "./visible_env.mjs";
import { workerFiles } from "./worker_files.mjs";

const guard = new StartupGuard();

export const python = await boot();
/** How the import went: shown by every answer while it failed, and read by tests. */
export const startup = { error: null, attempts: guard.attempts };
const pythonGuard = runModule("startup_guard", guardSource);
const entrypoint = importEntrypoint();
const dispatch = startup.error ? null : runModule("dispatch", dispatchSource);
let served = false;

async function boot() {
  guard.allowPoorEntropy();
  const interpreter = await bootInterpreter();
  for (const [path, bytes] of workerFiles()) {
    const target = `${WORKER_ROOT}/${path}`;
    interpreter.FS.mkdirTree(target.slice(0, target.lastIndexOf("/")));
    interpreter.FS.writeFile(target, bytes);
  }
  interpreter.registerJsModule("_pyodide_entrypoint_helper", sdkHost());
  interpreter.registerJsModule("_cloudflare_compat_flags", {
    python_workflows_implicit_dependencies: true,
    python_request_headers_preserve_commas: true,
  });
  interpreter.runPython(`import sys; sys.path[:0] = ["${WORKER_ROOT}", "${WORKER_ROOT}/python_modules"]`);
  return interpreter;
}

/** What the SDK asks of the runtime that it runs in. */
function sdkHost() {
  return {
    doAnImport: (name) => import(name),
    cloudflareWorkersModule: Object.create(cloudflareWorkers, {
      env: { get: () => guard.watched("env", visibleEnv(cloudflareWorkers.env)) },
    }),
    cloudflareSocketsModule: cloudflareSockets,
    patchWaitUntil,
  };
}

/** Lets Python pass a coroutine: it must outlive the call that handed it over. */
function patchWaitUntil(ctx) {
  const waitUntil = ctx.waitUntil.bind(ctx);
  ctx.waitUntil = (awaitable) => {
    const kept = awaitable?.copy?.() ?? awaitable;
    waitUntil(
      (async () => {
        try {
          await kept;
        } finally {
          kept?.destroy?.();
        }
      })(),
    );
  };
}

export function runModule(name, source) {
  const module = python.runPython(`import types; types.ModuleType("${name}")`);
  python.runPython(new TextDecoder().decode(source), { globals: module.__dict__, filename: `<host>/${name}.py` });
  return module;
}

function importEntrypoint() {
  pythonGuard.forbid((call) => guard.record(call));
  guard.forbid();
  try {
    return python.pyimport("entry").Default;
  } catch (error) {
    startup.error = error.message;
    console.error(error.message);
    return null;
  } finally {
    guard.allow();
  }
}

/** Before the first event: real entropy, which the global scope could not give. */
export function beforeFirstEvent() {
  if (served) return;
  served = true;
  pythonGuard.allow();
}

/** Lets the entry point's `handler` serve one event. */
export async function handleEvent(handler, event, env, ctx) {
  if (startup.error) throw new Error(`the Worker could not be imported\n${startup.error}`);
  beforeFirstEvent();
  const running = dispatch.handle(entrypoint, ctx, visibleEnv(env), handler, event);
  try {
    return await running;
  } finally {
    running.destroy();
  }
}
