"""`python -m app` serves the application."""

from app.config import Settings
from app.runtime.server import serve

if __name__ == "__main__":
    settings = Settings()
    serve("app.main:app", settings.host, settings.port)
