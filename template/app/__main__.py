"""The commands of the service: `python -m app --help`."""

from app.core.startup import loading

with loading():
    from app.core.cli import run_cli
    from app.wiring import FEATURES

run_cli(FEATURES)
