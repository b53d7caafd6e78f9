"""What /openapi.json says of the routes of stations: schemas, examples, every status."""

from __future__ import annotations

from typing import Any, Final

from api.routes.api_examples import UNKNOWN_LOT, answer, problem_answer
from api.station_wire.entry_bodies import ENTRIES_TYPE

_HEX = "3f1c" + "0" * 60
_JSON = "application/json"
_CODE = "7KQ2M-X0VTB-9DHWE-4RNPC"
_HASH: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_COUNT: Final = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
_HEAD: Final = {
    "type": ["object", "null"],
    "required": ["seq", "id"],
    "properties": {
        "seq": {"type": "integer", "minimum": 1},
        "id": _HASH,
        "entry": {"type": "string"},
    },
}
_HEAD_EXAMPLE: Final = {"seq": 9, "id": _HEX, "entry": "RFNT"}


def _object(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
        "properties": properties,
    }


def _request(media_type: str, schema: Any, example: Any) -> dict[str, Any]:
    content = {media_type: {"schema": schema, "example": example}}
    return {"required": True, "content": content}


_SIGNATURE_HEADERS: Final = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }
    for name, description, example in (
        ("OCOP-Log", "Origin of the hub's log", "hub.example/log"),
        ("Content-Digest", "RFC 9530, sha-256 of the body as sent", "sha-256=:47DEQpj8HBSa+/=:"),
        ("Signature-Input", "RFC 9421, label sig1", 'sig1=("@method" "@path");created=1790000000'),
        ("Signature", "RFC 9421, label sig1", "sig1=:3q2+7w==:"),
    )
]
_TOO_MANY: Final = problem_answer("Too many", "too-many", "Too many requests; come again in 9 s.")
_AWAY: Final = problem_answer("Not ready", "store-unreachable", "The database is away; try again.")
_TOO_LARGE: Final = problem_answer("Too large", "too-large", "The body is too large; send less.")
_MALFORMED: Final = problem_answer(
    "Malformed", "body-malformed", "The body is not of the wire format (fields)."
)
_MEDIA: Final = problem_answer("Unsupported media type", "media-type", "Send another type.")
_UNSIGNED: Final = problem_answer(
    "Not signed", "signature-missing", "The request carries no signature of a station."
)
_UNASKED: Final = problem_answer("Not allowed", "key-ended", "Key 3f1c… was ended.")
_SIGNED_ERRORS: Final = {
    400: _MALFORMED,
    401: _UNSIGNED,
    403: _UNASKED,
    413: _TOO_LARGE,
    429: _TOO_MANY,
    503: _AWAY,
}


def signed_headers() -> list[dict[str, Any]]:
    """The headers of a signed request, for routes of other rooms."""
    return list(_SIGNATURE_HEADERS)


def signed_errors() -> dict[int, Any]:
    """What every signed request may be answered with instead."""
    return dict(_SIGNED_ERRORS)


def wrong_media() -> dict[str, Any]:
    """The answer to another media type."""
    return _MEDIA


_JOIN_ERRORS: Final = {
    400: _MALFORMED,
    403: problem_answer("Not allowed", "code-unknown", "The code is wrong, used or expired."),
    409: problem_answer("Not now", "key-taken", "Key 3f1c… is enrolled already."),
    413: _TOO_LARGE,
    415: _MEDIA,
    422: problem_answer("Refused", "proof-wrong", "The new key did not sign its own enrolment."),
    429: _TOO_MANY,
    503: _AWAY,
}
_ENROLMENT: Final = {"key": _HEX, "party": "HTX-SON", "role": "station", "held": "station"}
_TICKET: Final = {"code": {"type": "string", "maxLength": 60}, "key": _HASH}

JOIN_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "requestBody": _request(_JSON, _object(_TICKET), {"code": _CODE, "key": _HEX})
    },
    "responses": {
        200: answer(
            "What the new station signs",
            _JSON,
            {"type": "object", "required": ["origin", "party", "tag", "trust", "enrolment"]},
            {
                "origin": "hub.example/log",
                "party": "HTX-SON",
                "role": "station",
                "held": "station",
                "tag": "B2",
                "trust": {"format": "ocop-ledger/trust/v2"},
                "enrolment": {**_ENROLMENT, "tag": "B2"},
            },
        ),
        **_JOIN_ERRORS,
    },
}
_SIGNATURE: Final = {"type": "string", "pattern": "^[0-9a-f]{128}$"}
ENROL_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "requestBody": _request(
            _JSON,
            _object({**_TICKET, "proof": _SIGNATURE, "shown": _SIGNATURE}, "shown"),
            {"code": _CODE, "key": _HEX, "proof": "0" * 128},
        )
    },
    "responses": {
        200: answer(
            "The key is enrolled",
            _JSON,
            _object(
                {
                    "id": _HASH,
                    "index": _COUNT,
                    "label_key": {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"},
                    "base_url": {"type": ["string", "null"]},
                }
            ),
            {"id": _HEX, "index": 17, "label_key": _HEX, "base_url": None},
        ),
        **_JOIN_ERRORS,
    },
}
PUSH_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "parameters": _SIGNATURE_HEADERS,
        "requestBody": _request(
            ENTRIES_TYPE, {"type": "string", "format": "binary"}, "\u0002\u001cDSSEv1 49 …"
        ),
    },
    "responses": {
        200: answer(
            "Every entry is durable",
            _JSON,
            _object({"head": _HEAD, "indexes": {"type": "array", "items": _COUNT}, "size": _COUNT}),
            {"head": _HEAD_EXAMPLE, "indexes": [41, 42], "size": 40},
        ),
        **_SIGNED_ERRORS,
        409: problem_answer(
            "Fork",
            "fork",
            "Journal 3f1c… has two different statements at position 4.",
            position=0,
            indexes=[],
            stored="RFNT",
            offered="RFNT",
        ),
        415: _MEDIA,
        422: problem_answer(
            "Refused", "input-unknown", "The statement builds on one that is not here.", position=1
        ),
    },
}
PULL_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "parameters": _SIGNATURE_HEADERS,
        "requestBody": _request(
            _JSON,
            _object(
                {
                    "after": _COUNT,
                    "from": _COUNT,
                    "size": _COUNT,
                    "limit": {"type": "integer", "minimum": 1, "maximum": 400},
                    "prove": {"type": "array", "maxItems": 2000, "items": _COUNT},
                    "frozen": {"type": "string", "pattern": "^[a-z-]{1,40}$"},
                    "cosigned": {"type": "boolean"},
                },
                "limit",
                "prove",
                "frozen",
                "cosigned",
            ),
            {"after": 0, "from": 0, "size": 0, "limit": 400, "prove": [41, 42]},
        ),
    },
    "responses": {
        200: answer(
            "A page of what the station needs, proved under the checkpoint",
            _JSON,
            _object(
                {
                    "checkpoint": {"type": "string"},
                    "size": _COUNT,
                    "consistency": {"type": "array", "items": _HASH},
                    "until": _COUNT,
                    "next": _COUNT,
                    "more": {"type": "boolean"},
                    "entries": {"type": "array", "items": {"type": "array"}},
                    "nodes": {"type": "array", "items": {"type": "array"}},
                    "head": _HEAD,
                }
            ),
            {
                "checkpoint": "hub.example/log\n900\n…",
                "size": 900,
                "consistency": [],
                "until": 900,
                "next": 0,
                "more": False,
                "entries": [[3, "RFNTRXYx"]],
                "nodes": [[0, 5, _HEX]],
                "head": _HEAD_EXAMPLE,
            },
        ),
        **_SIGNED_ERRORS,
        409: problem_answer(
            "Shorter log", "size-ahead", "The station has seen 900 entries, this hub has 800."
        ),
        415: _MEDIA,
    },
}
BUNDLE_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "parameters": _SIGNATURE_HEADERS,
        "requestBody": _request(
            _JSON,
            _object({"item": {"type": "string"}, "lot": {"type": "string"}}),
            {"item": "08938501000125", "lot": "L260923A"},
        ),
    },
    "responses": {
        200: answer(
            "A lot bundle", _JSON, {"type": "object"}, {"format": "ocop-ledger/lot-bundle/v2"}
        ),
        **_SIGNED_ERRORS,
        404: UNKNOWN_LOT,
        415: _MEDIA,
    },
}
STATUS_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {"parameters": _SIGNATURE_HEADERS},
    "responses": {
        200: answer(
            "How the hub stands",
            _JSON,
            _object(
                {
                    "head": _HEAD,
                    "key": _object({"enrolled": _COUNT, "ended": {"type": ["integer", "null"]}}),
                    "size": _COUNT,
                    "last_contact": {"type": ["integer", "null"]},
                    "now": _COUNT,
                }
            ),
            {
                "head": _HEAD_EXAMPLE,
                "key": {"enrolled": 17, "ended": None},
                "size": 900,
                "last_contact": 1790000000,
                "now": 1790000060,
            },
        ),
        **_SIGNED_ERRORS,
    },
}
ROLL_OPENAPI: Final[dict[str, Any]] = {
    "responses": {
        200: answer(
            "Every station",
            _JSON,
            _object({"stations": {"type": "array", "items": {"type": "object"}}}),
            {
                "stations": [
                    {
                        "keyid": _HEX,
                        "party": "HTX-SON",
                        "tag": "B2",
                        "enrolled": 17,
                        "ended": None,
                        "last_contact": 1790000000,
                        "head": 9,
                        "frozen": None,
                        "forks": 0,
                    }
                ]
            },
        ),
        403: problem_answer("Not allowed", "not-allowed", "Sign in as a manager."),
        503: _AWAY,
    },
}
