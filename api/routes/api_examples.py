"""What /openapi.json says of the API: request and answer schemas with examples."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Path

ITEM: Final = Path(description="GTIN of 14 digits, or PARTY%2Fcode", examples=["08938501000125"])
LOT: Final = Path(description="Lot code, percent-encoded", examples=["L260923A"])

_ID = "3f1c" + "0" * 60
_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "position": {"type": ["integer", "null"]},
        "results": {"type": "array", "items": {"type": "object"}},
        "stored": {"type": "string", "contentEncoding": "base64"},
        "offered": {"type": "string", "contentEncoding": "base64"},
    },
}
_RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "index", "status", "proof"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "index": {"type": "integer", "minimum": 0},
        "status": {"enum": ["recorded", "known"]},
        "proof": {"type": ["string", "null"], "description": "C2SP tlog-proof, once sealed"},
    },
}


def problem_answer(description: str, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """A documented application/problem+json answer with an example."""
    example = {
        "type": f"urn:ocop-ledger:problem:{code}",
        "title": description,
        "code": code,
        "detail": detail,
        **members,
    }
    content = {"schema": _PROBLEM_SCHEMA, "example": example}
    return {"description": description, "content": {"application/problem+json": content}}


def answer(description: str, media_type: str, schema: Any, example: Any) -> dict[str, Any]:
    """A documented answer with an example."""
    return {
        "description": description,
        "content": {media_type: {"schema": schema, "example": example}},
    }


UNKNOWN_LOT: Final = problem_answer(
    "Not found", "unknown-lot", "No such lot is in the ledger; check item and lot code."
)

ENTRIES_OPENAPI: Final[dict[str, Any]] = {
    "openapi_extra": {
        "parameters": [
            {
                "name": "wait",
                "in": "query",
                "description": "`seal`: answer with the inclusion proofs, at most 2 s later",
                "schema": {"type": "string"},
                "example": "seal",
            },
            {
                "name": "Prefer",
                "in": "header",
                "description": "`wait` (RFC 7240): the same as `wait=seal`",
                "schema": {"type": "string"},
                "example": "wait",
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["entries"],
                        "additionalProperties": False,
                        "properties": {
                            "entries": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 100,
                                "items": {"type": "string", "contentEncoding": "base64"},
                            }
                        },
                    },
                    "example": {
                        "entries": ["RFNTRXYxIDQ5IGFwcGxpY2F0aW9uL3ZuZC5vY29wLWxlZGdlci4="]
                    },
                }
            },
        },
    },
    "responses": {
        200: answer(
            "Every entry is durable",
            "application/json",
            {"type": "object", "properties": {"results": {"type": "array", "items": _RESULT}}},
            {"results": [{"id": _ID, "index": 12, "status": "recorded", "proof": None}]},
        ),
        400: problem_answer(
            "Malformed", "not-base64", "An entry is not standard base64.", position=0, results=[]
        ),
        403: problem_answer(
            "Not allowed", "key-unknown", "Key 3f1c… is not enrolled.", position=0, results=[]
        ),
        409: problem_answer(
            "Fork",
            "fork",
            "Journal 3f1c… has two different statements at position 4.",
            position=0,
            stored="RFNT",
            offered="RFNT",
        ),
        413: problem_answer("Too large", "too-large", "The body is larger than 4 MiB."),
        415: problem_answer("Unsupported media type", "media-type", "Send application/json."),
        422: problem_answer(
            "Refused", "field-wrong", "Field body.lot holds null.", position=2, results=[]
        ),
        503: problem_answer(
            "Not ready: nothing was taken, or nobody can tell (send it again after Retry-After)",
            "too-busy",
            "4000 statements wait to be recorded already, so this was not taken.",
            position=None,
            results=[],
        ),
    },
}

TOO_OFTEN: Final = problem_answer(
    "Too many requests: ask again after Retry-After",
    "too-often",
    "Too many requests; ask again in 7 seconds.",
)
NOT_ALLOWED: Final = problem_answer(
    "Not allowed",
    "not-allowed",
    "Only people with an account may do this; sign in at /vao.",
)
AWAY: Final = problem_answer(
    "A database is away: ask again after Retry-After",
    "store-unreachable",
    "The database db:5432/ocop cannot be reached.",
)


TOO_SLOW: Final = problem_answer(
    "The body came too slowly: send it again",
    "too-slow",
    "The body came too slowly (1200 bytes in 22 seconds), so nothing was done.",
)


def with_outer_answers(description: dict[str, Any]) -> dict[str, Any]:
    """The description with what the layers around every route may answer: 403, 408, 429, 503."""
    for path, methods in description["paths"].items():
        for operation in methods.values():
            told = operation["responses"]
            if path.startswith("/api/"):
                told.setdefault("408", TOO_SLOW)
                told.setdefault("429", TOO_OFTEN)
                told.setdefault("503", AWAY)
                told.setdefault("403", NOT_ALLOWED)
    return description
