"""The API's description, by the NL API Design Rules: OpenAPI 3.1, problems, versions, contact."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from leefwijk.service.commands import CommandRoute
from leefwijk.service.problems import MEDIA_TYPE, ProblemModel
from leefwijk.service.sheets import MEDIA_TYPE as SHEET

CONTACT = {
    "name": "Leefwijk",
    "url": "https://leefwijk.example/contact",
    "email": "api@leefwijk.example",
}
_PROBLEMS = {
    "400": "Not valid; every fault is listed",
    "401": "No good token",
    "403": "Not for this role",
    "404": "There is no such resource",
    "409": "Refused, with a code",
    "412": "It changed after it was read",
    "413": "Too large",
    "415": "Not JSON",
    "422": "The Idempotency-Key was used for another request",
    "428": "If-Match is missing",
    "503": "Not now; see Retry-After",
}
_SENT = tuple(status for status in _PROBLEMS if status != "422")
"""What a route answers that takes a body and keeps no answer for repeats."""
_READ = ("400", "401", "403", "404", "409", "503")
_REFERENCE = "#/components/schemas/{model}"


def describe(app: FastAPI, routes: list[CommandRoute]) -> dict[str, Any]:
    """The whole description."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        openapi_version="3.1.0",
        contact=CONTACT,
        servers=[{"url": "/v1", "description": "Major version 1"}],
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Problem"] = ProblemModel.model_json_schema()
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    document["components"]["headers"] = {
        "API-Version": {"description": "Version of this API", "schema": {"type": "string"}}
    }
    by_path = {(route.path, "post"): route for route in routes}
    _, commands = models_json_schema(
        [(route.command, "validation") for route in routes], ref_template=_REFERENCE
    )
    schemas.update(commands.get("$defs", {}))
    for route in routes:
        _without(schemas[route.command.__name__], route.filled)
    paths: dict[str, Any] = {}
    for path, operations in document["paths"].items():
        relative = path.removeprefix("/v1")
        paths[relative] = operations
        for method, operation in operations.items():
            _complete(operation, relative, by_path.get((relative, method)))
    document["paths"] = paths
    return _upper_camel(document)


def _without(schema: dict[str, Any], fields: tuple[str, ...]) -> None:
    """Leave out of a body what comes from the path."""
    for field in fields:
        schema["properties"].pop(field, None)
        schema["required"] = [name for name in schema.get("required", []) if name != field]


def _upper_camel(document: dict[str, Any]) -> dict[str, Any]:
    """Names of schemas as the rules want them: `Page_Area_` becomes `PageArea`."""
    schemas = document["components"]["schemas"]
    names = {
        _REFERENCE.format(model=name): _REFERENCE.format(model=_camel(name)) for name in schemas
    }
    document["components"]["schemas"] = {_camel(name): schemas[name] for name in schemas}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: names.get(inner, inner) if key == "$ref" else renamed(inner)
                for key, inner in value.items()
            }
        return [renamed(inner) for inner in value] if isinstance(value, list) else value

    found: dict[str, Any] = renamed(document)
    return found


def _camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def _complete(operation: dict[str, Any], path: str, route: CommandRoute | None) -> None:
    without_account = operation.pop("x-without-account", False)
    operation["security"] = [] if without_account else [{"bearer": []}]
    answers = operation["responses"]
    answers.pop("422", None)
    if any(one["name"] == "format" for one in operation.get("parameters", ())):
        answers["200"]["content"][SHEET] = {"schema": {"type": "string"}}
    wanted: tuple[str, ...] = _SENT if "requestBody" in operation else _READ
    if route is not None:
        operation["x-roles"] = [role.value for role in route.roles]
        operation["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": _REFERENCE.format(model=route.command.__name__)}
                }
            },
        }
        operation["parameters"] = [*_path_parameters(path), *_headers(route)]
        answers["201"] = {
            "description": "Recorded",
            "content": {"application/json": {"schema": _ACCEPTED}},
        }
        wanted = tuple(_PROBLEMS)
    for status in wanted:
        answers.setdefault(
            status,
            {
                "description": _PROBLEMS[status],
                "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}},
            },
        )
    for status, answer in answers.items():
        if status[0] in "23":
            answer.setdefault("headers", {})["API-Version"] = {
                "$ref": "#/components/headers/API-Version"
            }


_ACCEPTED = {
    "type": "object",
    "required": ["id", "version", "token", "events"],
    "properties": {
        "id": {"type": "string"},
        "version": {"type": "integer"},
        "token": {"type": "string", "description": "For `after=` in queries"},
        "events": {"type": "array", "items": {"type": "string", "format": "uuid"}},
        "location": {"type": "string"},
    },
}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _headers(route: CommandRoute) -> list[dict[str, Any]]:
    headers = [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "The same key and body get the same answer for 24 hours",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]+$"},
        }
    ]
    if not route.creates:
        headers.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "The ETag of what was read",
                "schema": {"type": "string", "pattern": r'^"[0-9]{1,9}"$', "examples": ['"4"']},
            }
        )
    return headers
