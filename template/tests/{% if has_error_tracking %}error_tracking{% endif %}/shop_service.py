"""The shop as a service: `python -m tests.error_tracking.shop_service run`."""

from app.core.cli import run_cli
from app.error_tracking.feature import feature as error_tracking
from tests.error_tracking.shop import SHOP

if __name__ == "__main__":
    run_cli((error_tracking, SHOP))
