"""The jobs' command line: `python -m origin`."""
