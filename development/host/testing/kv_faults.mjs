// Faults on the KV bindings that the Python code sees, set by tests: slow, failing, missing, damaged.

/** What `POST /__host/kv-faults` sets; the defaults disturb nothing. */
const NONE = {
  latency_p95_ms: 0,
  latency_p99_ms: 0,
  error_rate: 0,
  missing: [],
  corrupt: [],
  truncate: [],
};

export const faults = { ...NONE };
/** How often the Python code read, since the last change of the faults. */
export const reads = { count: 0, keys: [] };
let disturbing = false;

export function setFaults(wanted) {
  const unknown = Object.keys(wanted).filter((name) => !(name in NONE));
  if (unknown.length) throw new TypeError(`unknown faults: ${unknown.join(", ")}`);
  Object.assign(faults, NONE, wanted);
  disturbing = Object.keys(wanted).length > 0;
  Object.assign(reads, { count: 0, keys: [] });
}

function count(key) {
  reads.count += 1;
  reads.keys.push(...[key].flat());
}

const matches = (patterns, key) => patterns.some((pattern) => new RegExp(pattern).test(key));

/** A log-normal-like delay: median p95/4, then straight lines through p95 and p99. */
function delay() {
  const { latency_p95_ms: p95, latency_p99_ms: p99 } = faults;
  const chance = Math.random();
  if (chance < 0.5) return (p95 / 4) * (chance / 0.5);
  if (chance < 0.95) return p95 / 4 + ((p95 * 3) / 4) * ((chance - 0.5) / 0.45);
  return p95 + Math.max(0, p99 - p95) * ((chance - 0.95) / 0.04);
}

function damaged(key, bytes) {
  if (matches(faults.truncate, key)) return bytes.slice(0, bytes.length >> 1);
  if (matches(faults.corrupt, key)) {
    const copy = bytes.slice();
    copy[copy.length >> 1] ^= 0x01;
    return copy;
  }
  return bytes;
}

const CONVERT = {
  arrayBuffer: (bytes) => bytes.buffer,
  text: (bytes) => new TextDecoder().decode(bytes),
  json: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  stream: (bytes) => new Response(bytes).body,
};

/** The SDK recognises a KV binding by its class's name. */
class KvNamespace {
  #binding;

  constructor(binding) {
    this.#binding = binding;
  }

  async get(key, options) {
    // Benchmarks run in this host too: an undisturbed read should cost nothing more.
    if (!disturbing) {
      count(key);
      return this.#binding.get(key, options);
    }
    return (await this.getWithMetadata(key, options)).value;
  }

  async getWithMetadata(key, options) {
    count(key);
    await this.#disturb();
    if (Array.isArray(key)) return this.#binding.getWithMetadata(key, options);
    const { type = "text", ...rest } = typeof options === "string" ? { type: options } : (options ?? {});
    const found = await this.#binding.getWithMetadata(key, { ...rest, type: "arrayBuffer" });
    if (found.value === null || matches(faults.missing, key)) return { ...found, value: null };
    return { ...found, value: CONVERT[type](damaged(key, new Uint8Array(found.value))) };
  }

  put(...args) {
    return this.#binding.put(...args);
  }

  delete(...args) {
    return this.#binding.delete(...args);
  }

  list(...args) {
    return this.#binding.list(...args);
  }

  async #disturb() {
    const wait = delay();
    if (wait >= 1) await scheduler.wait(wait);
    if (Math.random() < faults.error_rate) throw new Error("KV GET failed: 503 Service Unavailable (injected)");
  }
}

/** The binding with faults, when it is a KV namespace. */
export const withFaults = (binding) =>
  binding?.constructor?.name === "KvNamespace" ? new KvNamespace(binding) : binding;
