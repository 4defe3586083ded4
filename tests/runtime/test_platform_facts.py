"""Facts about the platform that decisions in docs/architecture.md rest on."""

from development import workerd


def test_workerd_lacks_what_pyodide_http_patches_over(runtime: workerd.Workerd) -> None:
    assert runtime.run("import js; hasattr(js, 'XMLHttpRequest')") is False
    assert runtime.run("import js; hasattr(js, 'fetch')") is True
