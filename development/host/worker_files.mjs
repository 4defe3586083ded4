// The Worker's files and its vendored packages, as packed by development/worker_files.py.

import index from "./worker_index.mjs";
import contents from "./worker_files.bin";

/** Each file's path in the bundle with its bytes. */
export function* workerFiles() {
  let offset = 0;
  for (const [path, size] of index) {
    yield [path, new Uint8Array(contents, offset, size)];
    offset += size;
  }
}
