"""The host's configuration, derived from wrangler.toml: the same bindings under the same names, all local.

Two forms: a wrangler configuration for `wrangler dev`, and Miniflare's for tests and benchmarks.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACCOUNT = "local"
# Pyodide takes workerd for Node while Node's modules can be imported.
_HOST_FLAGS = ["no_nodejs_compat", "no_nodejs_compat_v2"]
_MODULE_RULES = [
    {"type": kind, "globs": [pattern], "fallthrough": False}
    for kind, pattern in (("ESModule", "**/*.mjs"), ("CompiledWasm", "**/*.wasm"), ("Data", "**/*.bin"))
]
_SHARED = (
    "kv_namespaces",
    "ratelimits",
    "analytics_engine_datasets",
    "version_metadata",
    "secrets",
    "triggers",
)
# Served by the Worker although the host has static files beside it.
_WORKER_PATHS = [
    "/v1/*", "/healthz", "/readyz", "/openapi.json", "/.well-known/*", "/client/*",
]  # fmt: skip


def read_production(wrangler_toml: Path) -> dict[str, Any]:
    """The production configuration."""
    return tomllib.loads(wrangler_toml.read_text(encoding="utf-8"))


def kv_namespaces(production: Mapping[str, Any]) -> dict[str, str]:
    """Binding name to namespace id."""
    return {kv["binding"]: kv["id"] for kv in production.get("kv_namespaces", ())}


def _variables(production: Mapping[str, Any], overrides: Mapping[str, str]) -> dict[str, str]:
    bindings = {id_: binding for binding, id_ in kv_namespaces(production).items()}
    host_only = {"HOST_KV_NAMESPACES": json.dumps(bindings)}
    return {**production.get("vars", {}), **overrides, **host_only}


def wrangler_dev(
    production: Mapping[str, Any], variables: Mapping[str, str], assets: Path | None
) -> dict[str, Any]:
    """The configuration of `wrangler dev`; secrets come from the .dev.vars beside it."""
    config: dict[str, Any] = {
        "name": f"{production['name']}-local",
        "main": "dev.mjs",
        "compatibility_date": production["compatibility_date"],
        "compatibility_flags": _HOST_FLAGS,
        "no_bundle": True,
        "find_additional_modules": True,
        "base_dir": ".",
        "rules": _MODULE_RULES,
        "send_metrics": False,
        "vars": _variables(production, variables),
        "queues": production.get("queues", {}),
    }
    config |= {key: production[key] for key in _SHARED if key in production}
    # Of .dev.vars, wrangler reads the secrets that are listed, and no other.
    required = production.get("secrets", {}).get("required", [])
    config["secrets"] = {"required": [*required, "HOST_KV_TOKEN"]}
    if assets:
        config["assets"] = {
            "directory": str(assets),
            "run_worker_first": _WORKER_PATHS,
            "not_found_handling": "404-page",
        }
    return config


def miniflare_worker(
    production: Mapping[str, Any], variables: Mapping[str, str], *, consuming: bool = False
) -> dict[str, Any]:
    """The configuration of a Miniflare Worker, without its modules; secrets are among the variables.

    What is sent to a queue is kept by the host for tests to read; with `consuming` the Worker gets what it
    consumes in production.
    """
    queues = production.get("queues", {})
    producers = queues.get("producers", ())
    consumed = {one["queue"]: one for one in queues.get("consumers", ())} if consuming else {}
    kept = [producer["queue"] for producer in producers if producer["queue"] not in consumed]
    texts = _variables(production, {**variables, "HOST_KEPT_QUEUES": json.dumps(kept)})
    env: dict[str, Any] = {name: {"type": "text", "value": value} for name, value in texts.items()}
    for binding, id_ in kv_namespaces(production).items():
        env[binding] = {"type": "kv", "id": id_}
    for limit in production.get("ratelimits", ()):
        rate = {"namespace": limit["namespace_id"], "simple": limit["simple"]}
        env[limit["name"]] = {"type": "rate-limit", **rate}
    for dataset in production.get("analytics_engine_datasets", ()):
        env[dataset["binding"]] = {"type": "analytics-engine-dataset", "name": dataset["dataset"]}
    if version := production.get("version_metadata"):
        env[version["binding"]] = {"type": "version-metadata"}
    for producer in producers:
        env[producer["binding"]] = {"type": "queue", "name": producer["queue"]}
    return {
        "name": production["name"],
        "compatibilityDate": production["compatibility_date"],
        "compatibilityFlags": _HOST_FLAGS,
        "env": env,
        "triggers": [
            *({"type": "queue", "name": name, "maxBatchTimeout": 0} for name in kept),
            *(_consumer(name, settings) for name, settings in consumed.items()),
        ],
    }


def _consumer(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A queue's consumer as in production, but for the time that a batch waits for more."""
    return {
        "type": "queue",
        "name": name,
        "maxBatchSize": settings["max_batch_size"],
        "maxBatchTimeout": 0,
        "maxRetries": settings["max_retries"],
        "deadLetterQueue": settings["dead_letter_queue"],
    }
