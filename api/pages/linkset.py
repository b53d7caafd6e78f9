"""A lot's links as a link set (RFC 9264, GS1 Web Vocabulary link types)."""

from __future__ import annotations

_GS1 = "https://gs1.org/voc/"


def linkset(base_url: str, page_path: str, lot_path: str, title: str) -> dict[str, object]:
    """The link set of `page_path` (a label's path); `lot_path` is `{item}/{lot}` encoded."""
    page = {"href": base_url + page_path, "title": title, "type": "text/html", "hreflang": ["vi"]}
    story = {
        "href": f"{base_url}/api/v1/lots/{lot_path}",
        "title": title,
        "type": "application/json",
    }
    return {
        "linkset": [
            {
                "anchor": base_url + page_path,
                f"{_GS1}defaultLink": [page],
                f"{_GS1}pip": [page],
                f"{_GS1}traceability": [story],
                f"{_GS1}recallStatus": [page, story],
            }
        ]
    }
