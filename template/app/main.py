"""The application, for a server with several processes: `python -m app run` starts it."""

from app.core.application import create_app
from app.wiring import FEATURES

app = create_app(FEATURES)
