"""What /openapi.json says of the two routes by which photos come to a hub."""

from __future__ import annotations

from typing import Any, Final

from api.photos.receiving import JPEG, MOST_ASKED
from api.routes.api_examples import answer, problem_answer
from api.routes.station_wire_examples import signed_errors, signed_headers, wrong_media

_HEX: Final = "3f1c" + "0" * 60
_HASH: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_DIGESTS: Final = {"type": "array", "maxItems": MOST_ASKED, "items": _HASH}
_JSON: Final = "application/json"

PHOTOS_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "parameters": signed_headers(),
        "requestBody": {
            "required": True,
            "content": {
                _JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["digests"],
                        "additionalProperties": False,
                        "properties": {"digests": _DIGESTS},
                    },
                    "example": {"digests": [_HEX]},
                }
            },
        },
    },
    "responses": {
        200: answer(
            "What is to be sent, and what no sealed statement names yet",
            _JSON,
            {
                "type": "object",
                "required": ["missing", "unnamed"],
                "properties": {"missing": _DIGESTS, "unnamed": _DIGESTS},
            },
            {"missing": [_HEX], "unnamed": []},
        ),
        **signed_errors(),
        415: wrong_media(),
    },
}
PHOTO_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "parameters": signed_headers(),
        "requestBody": {
            "required": True,
            "content": {
                JPEG: {"schema": {"type": "string", "format": "binary"}, "example": "/9j/2Q=="}
            },
        },
    },
    "responses": {
        200: answer(
            "Kept, unless it was withdrawn",
            _JSON,
            {
                "type": "object",
                "required": ["digest", "kept"],
                "properties": {"digest": _HASH, "kept": {"type": "boolean"}},
            },
            {"digest": _HEX, "kept": True},
        ),
        **signed_errors(),
        409: problem_answer(
            "Not now", "photo-unnamed", "No sealed statement names this photo yet."
        ),
        415: wrong_media(),
    },
}
