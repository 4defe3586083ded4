"""Adapters of Cloudflare's platform to the ports of the pure package.

The folder is not called `platform`: the folder of `main` is the import root, and a package of that name
would stand before Python's own module.
"""
