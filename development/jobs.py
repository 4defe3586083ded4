"""What a local session does besides running the Worker: the seams for the catalogue and the origin."""

from development.session import Session


def worker_variables(_session: Session) -> dict[str, str]:
    """Variables of the Worker that differ from wrangler.toml's, such as the origin's address."""
    return {}


def worker_secrets(_session: Session) -> dict[str, str]:
    """Secrets of the Worker, made up for this session or kept below .selvedge/."""
    return {}


def origin_command(_session: Session) -> list[str] | None:
    """The command that serves the origin, or None while there is none."""
    return None


def prepare() -> None:
    """Import the catalogue and build a signed snapshot; runs before anything is started."""


def publish(_session: Session) -> None:
    """Publish the snapshot into the running Worker's KV, through the same code as remotely."""
