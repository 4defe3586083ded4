"""The pure core of Selvedge: the same bytes run on CPython and in Cloudflare's wasm interpreter."""
