"""The wasm modules that Pyodide compiles while it runs, written out ahead, since workerd compiles none.

There are four kinds: an empty probe ("can wasm be compiled here?"), CPython's call trampoline, one wrapper
for each signature of a JavaScript function that wasm may call by pointer, and each extension module (`.so`).
Pyodide asks for one by its bytes, so the table that is generated here is keyed by a hash of the bytes.
"""

import re
from pathlib import Path

_HEADER = bytes.fromhex("0061736d01000000")
# Emscripten's letters (pointer, 32 and 64 bit integers, floats, externref) and wasm's value types.
_VALUE_TYPES = {"i": 0x7F, "p": 0x7F, "j": 0x7E, "f": 0x7D, "d": 0x7C, "e": 0x6F}
_FNV_OFFSET, _FNV_PRIME = 0x811C9DC5, 0x01000193
# `new WebAssembly.Module(bytes)` of a signature wrapper: import the function e.f, export it as f.
_IMPORT_AND_EXPORT = bytes([2, 7, 1, 1, 101, 1, 102, 0, 0, 7, 5, 1, 1, 102, 0, 0])


def fnv1a(content: bytes) -> int:
    """32-bit FNV-1a, which the host computes as well."""
    value = _FNV_OFFSET
    for byte in content:
        value = (value ^ byte) * _FNV_PRIME & 0xFFFFFFFF
    return value


def signature_wrapper(signature: str) -> bytes:
    """The module that Emscripten's convertJsFunctionToWasm builds, byte for byte.

    `signature` is the result's letter ("v" for none) and then the parameters' letters.
    """
    results = "" if signature[0] == "v" else signature[0]
    function_type = bytes([1, 0x60]) + _types(signature[1:]) + _types(results)
    return _HEADER + b"\x01" + _with_length(function_type) + _IMPORT_AND_EXPORT


def _types(letters: str) -> bytes:
    return _with_length(bytes(_VALUE_TYPES[letter] for letter in letters))


def _with_length(content: bytes) -> bytes:
    # Always two bytes of LEB128, as Emscripten writes it.
    return bytes([len(content) & 0x7F | 0x80, len(content) >> 7]) + content


def needed_modules(interpreter_source: str, extensions: list[Path]) -> list[bytes]:
    """Every distinct module that this version of pyodide.asm.mjs can ask for.

    Raises LookupError when the source no longer looks as expected: the pinned version was changed.
    """
    signatures = sorted(set(re.findall(r'\.sig="([vijfdep]+)"', interpreter_source)))
    trampolines = re.findall(r'hexStringToUTF8Array\("([0-9a-f]+)"\)', interpreter_source)
    if not signatures or not trampolines:
        raise LookupError("pyodide.asm.mjs holds no signatures or no trampoline: a new layout?")
    modules = [_HEADER]
    modules += [bytes.fromhex(trampoline) for trampoline in trampolines]
    modules += [signature_wrapper(signature) for signature in signatures]
    modules += [extension.read_bytes() for extension in extensions]
    return list(dict.fromkeys(modules))


def write_table(modules: list[bytes], host: Path) -> None:
    """Write each module as a file that workerd compiles at start, and the table to find it by."""
    folder = host / "wasm"
    folder.mkdir(parents=True, exist_ok=True)
    keys = [f"{len(module)}-{fnv1a(module):08x}" for module in modules]
    if len(set(keys)) != len(keys):
        raise LookupError("two wasm modules share a hash: choose another")
    for key, module in zip(keys, modules, strict=True):
        (folder / f"{key}.wasm").write_bytes(module)
    imports = "\n".join(f'import m{n} from "./wasm/{key}.wasm";' for n, key in enumerate(keys))
    entries = "\n".join(f'  ["{key}", m{n}],' for n, key in enumerate(keys))
    table = f"{imports}\n\nexport default new Map([\n{entries}\n]);\n"
    (host / "wasm_table.mjs").write_text(table, encoding="utf-8")
