"""A service that cannot start: `python -m tests.core.unable_service run`."""

from app.core.cli import run_cli
from tests.core.slow_service import UNABLE

if __name__ == "__main__":
    run_cli(UNABLE)
