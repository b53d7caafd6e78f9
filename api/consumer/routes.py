"""What this room adds to the application: the form for everybody, the list for whoever answers."""

from __future__ import annotations

from starlette.routing import BaseRoute

from api.access.gate import Gate
from api.consumer.form import ReportForm, form_routes
from api.consumer.inbox import ReportInbox, inbox_routes
from api.consumer.phones import Phones
from api.consumer.reports import Reports
from api.routes.services import Services
from api.scans.places import Peers


def report_routes(services: Services, gate: Gate, peers: Peers, phones: Phones) -> list[BaseRoute]:
    """Reports of problems: sending one, and reading them."""
    reports = Reports(services.side, services.now)
    inbox = ReportInbox(services, gate, reports, phones)
    return [
        *inbox_routes(inbox),
        *form_routes(ReportForm(services, gate, peers, reports, phones)),
    ]
