from pathlib import Path

from development import stamps


def test_a_fingerprint_changes_with_any_content_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "file").write_text("a")
    before = stamps.fingerprint(["pin", tmp_path])
    assert stamps.fingerprint(["pin", tmp_path]) == before
    (tmp_path / "nested" / "file").write_text("b")
    assert stamps.fingerprint(["pin", tmp_path]) != before


def test_inputs_do_not_run_into_each_other() -> None:
    assert stamps.fingerprint(["ab", "c"]) != stamps.fingerprint(["a", "bc"])


def test_a_step_is_current_until_its_inputs_change_or_its_output_is_lost(tmp_path: Path) -> None:
    stamp, output = tmp_path / "stamps" / "step", tmp_path / "output"
    output.touch()
    assert not stamps.is_current(stamp, "inputs", [output])
    stamps.mark(stamp, "inputs")
    assert stamps.is_current(stamp, "inputs", [output])
    assert not stamps.is_current(stamp, "other inputs", [output])
    output.unlink()
    assert not stamps.is_current(stamp, "inputs", [output])
