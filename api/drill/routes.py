"""Every address of the recall drill."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from api.consumer.phones import Phones
from api.disclosure.choices import Disclosures
from api.drill.order_page import OwnOrderPages
from api.drill.pages import DrillPages
from api.drill.scene import LOT, NOTICE, ORDER, ROOT
from api.routes.services import Services


def drill_routes(services: Services, disclosures: Disclosures, phones: Phones) -> list[BaseRoute]:
    """The drill and the order; the table of access says who may ask for them."""
    drill = DrillPages(services, disclosures, phones)
    orders = OwnOrderPages(services, drill)
    return [
        Route(ROOT, drill.pick, methods=["GET"]),
        Route(LOT, drill.show, methods=["GET"]),
        Route(NOTICE, drill.print_out, methods=["GET"]),
        Route(ORDER, orders.show, methods=["GET"]),
        Route(ORDER, orders.act, methods=["POST"]),
    ]
