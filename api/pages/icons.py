"""Icons as lines on a square of 24, drawn here for this product; words always stand beside them."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

_PATHS: Final = {
    "mark": '<path d="M12 21V11"/><path d="M12 13c0-5 3-8 8-9 1 6-2 9-8 9Z"/>'
    '<path d="M12 16c0-4-3-6.5-8-7-.5 5 3 7 8 7Z"/><path d="M5 21h14"/>',
    "home": '<path d="M4 11 12 4l8 7"/><path d="M6 10v10h12V10"/><path d="M10 20v-6h4v6"/>',
    "field": '<path d="M3 20h18"/><path d="M12 20v-9"/><path d="M12 12c0-4 2-6 6-7 1 5-1 7-6 7Z"/>'
    '<path d="M12 16c0-3-2-5-6-5 0 4 2 5 6 5Z"/>',
    "harvest": '<path d="M4 11h16l-2 9H6Z"/><path d="M8 11c0-4 1.5-7 4-7s4 3 4 7"/>'
    '<path d="M9 14v3M12 14v3M15 14v3"/>',
    "receive": '<path d="M12 3v10"/><path d="m8 9 4 4 4-4"/><path d="M4 14v6h16v-6"/>',
    "process": '<path d="M6 9h12l-1 11H7Z"/><path d="M4 9h16"/><path d="M9 6c0-1.5 1-1.5 1-3M14 6c0-1.5 1-1.5 1-3"/>',
    "pack": '<path d="m12 3 8 4.5v9L12 21l-8-4.5v-9Z"/><path d="m4 7.5 8 4.5 8-4.5"/><path d="M12 12v9"/>',
    "carton": '<path d="M4 8h16v12H4Z"/><path d="m4 8 2-4h12l2 4"/><path d="M10 8v4h4V8"/>',
    "ship": '<path d="M3 6h11v10H3Z"/><path d="M14 10h4l3 3v3h-7Z"/><circle cx="7" cy="18" r="2"/><circle cx="17" cy="18" r="2"/>',
    "sell": '<path d="M4 10v10h16V10"/><path d="M3 10 5 4h14l2 6"/><path d="M3 10a3 3 0 0 0 6 0 3 3 0 0 0 6 0 3 3 0 0 0 6 0"/>',
    "test": '<path d="M9 3h6"/><path d="M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3"/><path d="M7.5 15h9"/>',
    "destroy": '<path d="M5 7h14"/><path d="M9 7V4h6v3"/><path d="m7 7 1 13h8l1-13"/><path d="M10 11v5M14 11v5"/>',
    "label": '<path d="M3 12V4h8l10 10-8 8Z"/><circle cx="7.5" cy="8.5" r="1.5"/>',
    "scan": '<path d="M3 8V4h4M17 4h4v4M21 16v4h-4M7 20H3v-4"/><path d="M7 8v8M10 8v8M14 8v8M17 8v8"/>',
    "printer": '<path d="M7 9V3h10v6"/><path d="M7 17H4V9h16v8h-3"/><path d="M7 14h10v7H7Z"/>',
    "warning": '<path d="M12 4 2.5 20h19Z"/><path d="M12 10v5"/><path d="M12 17.5v.1"/>',
    "recall": '<path d="M4 12a8 8 0 1 0 3-6.200"/><path d="M4 4v4h4"/><path d="M12 8v5"/><path d="M12 16v.1"/>',
    "hold": '<circle cx="12" cy="12" r="9"/><path d="M10 9v6M14 9v6"/>',
    "check": '<circle cx="12" cy="12" r="9"/><path d="m8 12 3 3 5-6"/>',
    "cross": '<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6M15 9l-6 6"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "photo": '<path d="M3 7h5l2-3h4l2 3h5v13H3Z"/><circle cx="12" cy="13" r="4"/>',
    "certificate": '<circle cx="12" cy="9" r="6"/><path d="m9 14-1 7 4-2 4 2-1-7"/><path d="m10 9 1.5 1.5L14 8"/>',
    "scale": '<path d="M4 20h16"/><path d="M12 20V5"/><path d="M6 7h12"/><path d="m6 7-3 7h6Z"/><path d="m18 7-3 7h6Z"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M3 20c0-4 2.5-6 6-6s6 2 6 6"/><path d="M15 5a3.5 3.5 0 0 1 0 6.5M17 14.5c2.5.7 4 2.5 4 5.5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c0-5 3-7 8-7s8 2 8 7"/>',
    "map": '<path d="m3 6 6-2 6 2 6-2v14l-6 2-6-2-6 2Z"/><path d="M9 4v14M15 6v14"/>',
    "place": '<path d="M12 21c5-5.5 7-8.5 7-11.5a7 7 0 0 0-14 0C5 12.5 7 15.5 12 21Z"/><circle cx="12" cy="9.5" r="2.5"/>',
    "chart": '<path d="M4 4v16h16"/><path d="M8 16v-4M12 16V8M16 16v-6"/>',
    "table": '<path d="M3 5h18v14H3Z"/><path d="M3 10h18M3 14.5h18M9 5v14"/>',
    "document": '<path d="M6 3h8l4 4v14H6Z"/><path d="M14 3v4h4"/><path d="M9 12h6M9 16h6"/>',
    "book": '<path d="M4 4h6a2 2 0 0 1 2 2v14a2 2 0 0 0-2-2H4Z"/><path d="M20 4h-6a2 2 0 0 0-2 2v14a2 2 0 0 1 2-2h6Z"/>',
    "key": '<circle cx="8" cy="15" r="4.5"/><path d="m11.5 12 8-8M16 7.5l3 3"/>',
    "lock": '<path d="M5 11h14v10H5Z"/><path d="M8 11V7a4 4 0 0 1 8 0v4"/>',
    "send": '<path d="M21 3 3 10l7 3 3 7Z"/><path d="m10 13 5-5"/>',
    "cloud": '<path d="M7 18a4.5 4.5 0 0 1-.5-9A6 6 0 0 1 18 10a4 4 0 0 1 0 8Z"/>',
    "download": '<path d="M12 3v12"/><path d="m8 11 4 4 4-4"/><path d="M4 20h16"/>',
    "upload": '<path d="M12 16V4"/><path d="m8 8 4-4 4 4"/><path d="M4 20h16"/>',
    "edit": '<path d="m4 20 1-4L16 5l3 3L8 19Z"/><path d="m14 7 3 3"/>',
    "undo": '<path d="M9 7 4 12l5 5"/><path d="M4 12h10a6 6 0 0 1 6 6"/>',
    "add": '<path d="M12 5v14M5 12h14"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>',
    "calendar": '<path d="M4 6h16v14H4Z"/><path d="M4 10h16M8 3v4M16 3v4"/>',
    "share": '<circle cx="6" cy="12" r="2.5"/><circle cx="18" cy="6" r="2.5"/><circle cx="18" cy="18" r="2.5"/><path d="m8 11 7.5-4M8 13l7.5 4"/>',
    "message": '<path d="M4 5h16v12h-9l-5 4v-4H4Z"/><path d="M8 10h8M8 13h5"/>',
    "phone": '<path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1.5 1.5 0 0 1-1.5 1.5C10.5 20 4 13.5 3.5 5.5A1.5 1.5 0 0 1 5 4Z"/>',
    "graph": '<circle cx="5" cy="12" r="2.5"/><circle cx="18" cy="5" r="2.5"/><circle cx="18" cy="19" r="2.5"/><path d="m7 11 9-5M7 13l9 5"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "language": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18"/><path d="M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3Z"/>',
    "leave": '<path d="M14 4h5v16h-5"/><path d="M4 12h10"/><path d="m10 8 4 4-4 4"/>',
    "star": '<path d="m12 4 2.5 5.200 5.5.8-4 4 1 5.700-5-2.700-5 2.700 1-5.700-4-4 5.5-.8Z"/>',
    "settings": '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
}
ICONS: Final = tuple(_PATHS)


def icon(name: str) -> Markup:
    """One icon as inline SVG, hidden from screen readers; KeyError for a name that is not drawn."""
    # The paths are ours: nothing that anybody typed comes into them.
    return Markup(  # noqa: S704 - drawn here, see above
        f'<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"'
        f' focusable="false">{_PATHS[name]}</svg>'
    )
