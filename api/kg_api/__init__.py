"""HTTP: routes, pages, errors and headers around one graph; `create_app` makes the application, `server.run` runs it.

May enter: what `kg.open` returned. Never here: how a question is answered, how a picture is laid out.
"""

from __future__ import annotations

from kg_api.app import create_app

__all__ = ["create_app"]
