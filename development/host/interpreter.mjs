// Boots the npm package `pyodide` (the CPython that Cloudflare runs, compiled to wasm) inside stock workerd.
//
// `wrangler dev` downloads Cloudflare's own interpreter bundle at every start and so needs a route to
// Cloudflare's network. The npm package is the same interpreter, but was made for browsers and Node; each
// adjustment below is something that workerd does differently.

import { loadPyodide } from "./pyodide.mjs";
import createPyodideModule from "./pyodide.asm.mjs";
import interpreterWasm from "./pyodide.asm.wasm";
import standardLibrary from "./python_stdlib.bin";
import env from "./interpreter_env.mjs";
import memorySnapshot from "./interpreter_memory.bin";
import noPackages from "./pyodide_lock.mjs";
import { precompiledModule } from "./wasm_modules.mjs";

/** Where Cloudflare mounts a Worker's files, so that tracebacks and `Path(__file__)` look as they do there. */
export const WORKER_ROOT = "/session/metadata";

/** workerd compiles no wasm at run time: answer every request for a module with the one compiled ahead. */
function answerWithPrecompiledModules() {
  WebAssembly.Module = new Proxy(WebAssembly.Module, {
    construct: (_target, [bytes]) => precompiledModule(bytes),
  });
}

/** Emscripten's loader, with the interpreter's wasm and the standard library taken from modules, not from fetch. */
function createModule(settings) {
  settings.instantiateWasm = (imports, receiveInstance) => {
    // A browser gets these two from a small wasm module; an identity check on a marker does the same.
    const errorMarker = Symbol("JavaScript error");
    imports.env.Jsv_GetError_import = () => errorMarker;
    imports.env.JsvError_Check = (value) => value === errorMarker;
    const instance = new WebAssembly.Instance(interpreterWasm, imports);
    receiveInstance(instance, interpreterWasm);
    return instance.exports;
  };
  settings.preRun[0] = installStandardLibrary;
  return createPyodideModule(settings);
}

function installStandardLibrary(module) {
  const packed = module.HEAPU32[module._Py_Version >>> 2];
  const [major, minor, patch] = [packed >>> 24, (packed >>> 16) & 255, (packed >>> 8) & 255];
  module.API.pyVersionTuple = [major, minor, patch];
  module.API.sitePackages = `/lib/python${major}.${minor}/site-packages`;
  module.FS.mkdirTree(module.API.sitePackages);
  module.FS.mkdirTree(`/lib/python${major}.${minor}/lib-dynload`);
  module.FS.writeFile(`/lib/python${major}${minor}.zip`, new Uint8Array(standardLibrary));
}

/** Runs `body` while the globals that mislead Pyodide look as it expects. */
async function withBrowserLikeGlobals(body) {
  const { MessageChannel, addEventListener } = globalThis;
  globalThis.location = { href: "file:///", toString: () => "file:///" };
  globalThis.addEventListener = () => {};
  // Pyodide would schedule every callback of every request over one shared channel, an I/O object that
  // workerd ties to the request that made it. Without the class it uses setTimeout, which is per request.
  delete globalThis.MessageChannel;
  try {
    return await body();
  } finally {
    delete globalThis.location;
    Object.assign(globalThis, { MessageChannel, addEventListener });
  }
}

/** The interpreter, with nothing of the Worker in it yet. */
export async function bootInterpreter() {
  answerWithPrecompiledModules();
  return withBrowserLikeGlobals(() =>
    loadPyodide({
      createPyodideModule: createModule,
      indexURL: "file:///",
      lockFileContents: noPackages,
      packageBaseUrl: "file:///",
      env,
      _loadSnapshot: new Uint8Array(memorySnapshot),
      stdout: (line) => console.log(line),
      stderr: (line) => console.warn(line),
    }),
  );
}
