// Refuses I/O and entropy while the Worker is imported, as production does, and remembers each attempt.
//
// Production runs a Worker's top level once, at deploy, and snapshots the memory: a random number drawn
// there would be the same in every isolate. workerd refuses most of these calls in the global scope by
// itself, but as a rejected promise that nobody may be waiting for; here they throw, and are counted even
// when the Worker catches the exception.

const EIO = 29;
const FORBIDDEN = [
  [globalThis, "fetch"],
  [globalThis, "setTimeout"],
  [globalThis, "setInterval"],
  [globalThis, "WebSocket"],
  [globalThis, "EventSource"],
  [globalThis, "caches"],
  [globalThis, "scheduler"],
  [globalThis.crypto, "randomUUID"],
  [globalThis.Math, "random"],
];

function refusal(call) {
  const error = new Error(`${call}: not allowed while the Worker is imported, only inside a handler`);
  // Emscripten passes an error of this name on as an errno, which Python raises as OSError.
  return Object.assign(error, { name: "ErrnoError", errno: EIO });
}

/** One import of the Worker, watched. `attempts` names every forbidden call, in order. */
export class StartupGuard {
  attempts = [];
  #restore = [];
  #forbidding = false;

  /** Boot itself needs random bytes (for the module `random`): give zeros, as production's snapshot does. */
  allowPoorEntropy() {
    this.#replace(globalThis.crypto, "getRandomValues", { value: (view) => view.fill(0) });
  }

  forbid() {
    this.allow();
    for (const [owner, name] of FORBIDDEN) {
      if (name in owner) this.#refuse(owner, name);
    }
    this.#refuse(globalThis.crypto, "getRandomValues");
    this.#forbidding = true;
  }

  /** The environment, whose bindings are refused while the watch lasts; plain variables may be read. */
  watched(name, env) {
    if (!this.#forbidding) return env;
    return new Proxy(env, {
      get: (target, key) => {
        if (typeof target[key] === "object") throw this.record(`${name}.${String(key)}`);
        return target[key];
      },
    });
  }

  /** Ends the watch: everything works again. */
  allow() {
    this.#forbidding = false;
    while (this.#restore.length) this.#restore.pop()();
  }

  record(call) {
    this.attempts.push(call);
    return refusal(call);
  }

  #refuse(owner, name) {
    const refuse = () => {
      throw this.record(name);
    };
    const isObject = typeof owner[name] === "object";
    this.#replace(owner, name, isObject ? { get: refuse } : { value: refuse });
  }

  #replace(owner, name, property) {
    const original = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { ...property, configurable: true });
    this.#restore.push(() => {
      if (original) Object.defineProperty(owner, name, original);
      else delete owner[name];
    });
  }
}
