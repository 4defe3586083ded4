from pathlib import Path

import httpx
import pytest

from development import launcher, workerd


def test_what_is_in_kv_is_kept_for_the_next_instance(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with workerd.running(state=state) as first:
        first.run("await env.CATALOGUE.put('kept', 'yes')")
    with workerd.running(state=state) as second:
        assert second.run("await env.CATALOGUE.get('kept')") == "yes"


def test_a_javascript_worker_runs_beside_it(tmp_path: Path) -> None:
    module = "export default { fetch: (_, env) => new Response(typeof env.CATALOGUE.get) };"
    (tmp_path / "worker.mjs").write_text(module)
    with workerd.running_javascript(tmp_path, "worker.mjs") as url:
        assert httpx.get(url).text == "function"


def test_a_worker_that_does_not_start_is_reported_with_its_output(tmp_path: Path) -> None:
    (tmp_path / "worker.mjs").write_text("throw new Error('as asked');")
    with (
        pytest.raises(launcher.WorkerdFailed, match="as asked"),
        workerd.running_javascript(tmp_path, "worker.mjs"),
    ):
        pass
