// The environment that the Python code sees: the production bindings, without what only the host needs.

const HOST_ONLY = /^HOST_/;

let wrap = (binding) => binding;
let sent;
let visible;

/** Puts a wrapper around every binding, to inject faults in tests. */
export function wrapBindings(wrapper) {
  wrap = wrapper;
  sent = undefined;
}

export function visibleEnv(env) {
  if (env !== sent) {
    const production = Object.entries(env).filter(([name]) => !HOST_ONLY.test(name));
    visible = Object.fromEntries(production.map(([name, binding]) => [name, wrap(binding)]));
    sent = env;
  }
  return visible;
}
