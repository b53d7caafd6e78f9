"""All pages of the station on 127.0.0.1."""

from __future__ import annotations

from starlette.routing import BaseRoute

from api.routes.labels import label_routes
from api.routes.services import Services
from api.routes.station_bundle import station_bundle_routes
from api.station_pages.routes import station_page_routes


def station_routes(services: Services) -> list[BaseRoute]:
    """GET /tram, the forms and records below it, bundles, and label printing."""
    return [
        *station_page_routes(services),
        *station_bundle_routes(services),
        *label_routes(services),
    ]
