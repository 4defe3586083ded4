// Answers `new WebAssembly.Module(bytes)` from the modules that development/wasm_modules.py wrote ahead.

import table from "./wasm_table.mjs";

/** 32-bit FNV-1a, as in development/wasm_modules.py. */
function fnv1a(bytes) {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** The compiled module of these bytes. */
export function precompiledModule(source) {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  const key = `${bytes.length}-${fnv1a(bytes).toString(16).padStart(8, "0")}`;
  const module = table.get(key);
  if (!module) {
    throw new WebAssembly.CompileError(`no wasm module ${key} was compiled ahead (development/wasm_modules.py)`);
  }
  return module;
}
