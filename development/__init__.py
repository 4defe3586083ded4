"""Everything that sets up, runs and gates the Worker on this machine; nothing here is shipped.

The modules that `scripts/setup` needs use the standard library alone: they run before there is anything else.
"""
