"""Where things are; everything generated lives below `.selvedge/`, python_modules/ and node_modules/."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKER = ROOT / "worker"
PYTHON_MODULES = ROOT / "python_modules"
NODE_MODULES = ROOT / "node_modules"
WRANGLER_TOML = ROOT / "wrangler.toml"
VENV = ROOT / ".venv"
GENERATED = ROOT / ".selvedge"
HOST = GENERATED / "host"
LOGS = GENERATED / "log"
NODE = VENV / "bin" / "node"
