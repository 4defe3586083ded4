import json
from pathlib import Path

from development import worker_files


def test_only_what_wrangler_bundles_is_packed_in_a_stable_order(tmp_path: Path) -> None:
    worker, vendored, target = tmp_path / "worker", tmp_path / "vendored", tmp_path / "target"
    for name, text in {"entry.py": "e", "web/page.html": "<p>", "web/page.j2": "no", "a.json": "no"}.items():
        (worker / name).parent.mkdir(parents=True, exist_ok=True)
        (worker / name).write_text(text)
    (vendored / "package").mkdir(parents=True)
    (vendored / "package" / "core.so").write_bytes(b"\0asm")
    (vendored / "package" / "core.pyc").write_bytes(b"no")

    worker_files.pack(worker, vendored, target)

    index = (target / "worker_index.mjs").read_text().removeprefix("export default ").rstrip(";\n")
    assert json.loads(index) == [["entry.py", 1], ["web/page.html", 3], ["python_modules/package/core.so", 4]]
    assert (target / "worker_files.bin").read_bytes() == b"e<p>\0asm"


def test_packing_the_same_files_again_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "entry.py").write_text("e")
    worker_files.pack(tmp_path / "worker", tmp_path / "none", tmp_path)
    before = (tmp_path / "worker_files.bin").stat().st_mtime_ns
    worker_files.pack(tmp_path / "worker", tmp_path / "none", tmp_path)
    assert (tmp_path / "worker_files.bin").stat().st_mtime_ns == before
