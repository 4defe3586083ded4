from pathlib import Path

import pytest

from development import wasm_modules


def test_a_signature_becomes_the_wrapper_that_emscripten_builds() -> None:
    # (i32, i64) -> f64: the bytes of convertJsFunctionToWasm(f, "dij") in pyodide.asm.mjs.
    expected = "0061736d01000000 01 8900 01 60 8200 7f7e 8100 7c 02070101650166000007050101660000"
    assert wasm_modules.signature_wrapper("dij") == bytes.fromhex(expected)


def test_pointers_and_integers_share_a_wrapper() -> None:
    source = 'a.sig="vp";b.sig="vi";hexStringToUTF8Array("00ff")'
    modules = wasm_modules.needed_modules(source, [])
    assert len(modules) == 3  # the probe, the trampoline, one wrapper


def test_a_layout_that_is_not_understood_is_refused() -> None:
    with pytest.raises(LookupError, match="new layout"):
        wasm_modules.needed_modules("nothing of the kind", [])


def test_the_hash_is_the_published_fnv_1a() -> None:
    assert wasm_modules.fnv1a(b"") == 0x811C9DC5
    assert wasm_modules.fnv1a(b"foobar") == 0xBF9CF968


def test_two_modules_with_one_hash_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="share a hash"):
        wasm_modules.write_table([b"same", b"same"], tmp_path)
