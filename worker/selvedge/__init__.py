"""The pure core of Selvedge: the same bytes run on CPython and in Cloudflare's wasm interpreter."""

__version__ = "0.1.0"
