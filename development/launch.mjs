// Runs a host in workerd through Miniflare, without wrangler's proxy in front of it.
//
// Reads one line of JSON from stdin: `folders` (modules; a later folder's file wins), `main`, `config` (a
// Miniflare Worker without its modules), `persist`, `port`. Prints one line of JSON with the URLs, and stops
// on SIGTERM or when stdin ends: the process that started it can then not leave it behind.

import { readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { Log, LogLevel, Miniflare } from "miniflare";

const START_MS = 120_000;
const MODULE_TYPES = { ".mjs": "esm", ".wasm": "wasm", ".bin": "data" };

function readModules(folders) {
  const modules = {};
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true })) {
      const type = MODULE_TYPES[extname(name)];
      if (!type) continue;
      const contents = readFileSync(join(folder, name));
      modules[name] = { type, contents: type === "esm" ? contents.toString() : new Uint8Array(contents) };
    }
  }
  return modules;
}

/** stdout carries one line only. */
class ErrorLog extends Log {
  log(message) {
    console.error(message);
  }
}

const input = createInterface({ input: process.stdin });
const { value: line } = await input[Symbol.asyncIterator]().next();
const { folders, main, config, persist, port } = JSON.parse(line);

const miniflare = new Miniflare({
  cf: false,
  log: new ErrorLog(LogLevel.WARN),
  telemetry: { enabled: false },
  unsafeTriggerHandlers: true,
  resourcePersistencePath: persist,
  workers: [
    {
      config: { ...config, manifest: { mainModule: main, modules: readModules(folders) } },
      // Straight to the Worker: Miniflare's own entry Worker would add its time to every request.
      dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port }] },
    },
  ],
});

async function stop() {
  await miniflare.dispose();
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
process.stdin.on("end", stop);
process.stdin.resume();

const patience = setTimeout(() => {
  console.error(`workerd was not ready in ${START_MS / 1000} s`);
  process.exit(1);
}, START_MS);
const trigger = await miniflare.ready;
const direct = await miniflare.unsafeGetDirectURL();
clearTimeout(patience);
console.log(JSON.stringify({ url: direct.origin, trigger_url: `${trigger.origin}/cdn-cgi/local` }));
