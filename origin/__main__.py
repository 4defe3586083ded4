"""`python -m origin`: the jobs of the origin. docs/cli.md lists them."""

from origin.cli.commands import jobs

if __name__ == "__main__":
    jobs(prog_name="python -m origin")
