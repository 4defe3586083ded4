from pathlib import Path

import pytest

from development import vendoring


def test_each_vendored_package_is_pinned_in_requirements(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "# comment\nmsgspec==1.0\nJinja2==2.0\nmarkupsafe==3.0\nworkers-runtime-sdk==4.0\nhttpx==5\n"
    )
    assert vendoring.pins(requirements) == {
        "msgspec": "msgspec==1.0",
        "jinja2": "Jinja2==2.0",
        "markupsafe": "markupsafe==3.0",
        "workers-runtime-sdk": "workers-runtime-sdk==4.0",
    }


def test_an_inexact_pin_is_refused(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("msgspec>=1.0\njinja2==2.0\nmarkupsafe==3.0\nworkers-runtime-sdk==4.0\n")
    with pytest.raises(LookupError, match="msgspec"):
        vendoring.pins(requirements)
