// Runs evaluation/inside.py in the interpreter that Cloudflare runs, in Node: node wasm.mjs ROOT JOB_FOLDER

import { loadPyodide } from "pyodide";

const [root, job] = process.argv.slice(2);
const interpreter = await loadPyodide({ env: { HOME: "/session", PYTHONHASHSEED: "0" } });
for (const [inside, outside] of [
  ["/worker", `${root}/worker`],
  ["/packages", `${root}/python_modules`],
  ["/evaluation", `${root}/evaluation`],
  ["/job", job],
]) {
  interpreter.mountNodeFS(inside, outside);
}
interpreter.runPython(`
import sys
sys.path[:0] = ["/worker", "/packages"]
exec(compile(open("/evaluation/inside.py").read(), "inside.py", "exec"), {"__name__": "inside"})
`);
