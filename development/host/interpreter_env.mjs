// Environment variables of the interpreter, as production sets them.

export default {
  HOME: "/session",
  // Production snapshots the memory after the import, so hashes are the same in every isolate there too.
  PYTHONHASHSEED: "0",
};
