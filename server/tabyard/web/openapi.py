"""The HTTP APIs as OpenAPI 3.1, made from the endpoints and the models of the wire."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tabyard import __version__
from tabyard.web.endpoint import Endpoint, Parameter
from tabyard.web.errors import STATUS
from tabyard_protocol.errors import ErrorCode
from tabyard_protocol.model import JsonObject, WireModel
from tabyard_protocol.schema import render as render_schemas
from tabyard_protocol.schema import tidy

__all__ = ["describe_apis"]

EVERYWHERE: Final = (
    ErrorCode.UNAUTHORIZED,
    ErrorCode.FORBIDDEN,
    ErrorCode.FORBIDDEN_ORIGIN,
    ErrorCode.RATE_LIMITED,
    ErrorCode.UNKNOWN_HOST,
    ErrorCode.INTERNAL_ERROR,
)
"""What any request may be answered."""

WITH_BODY: Final = (
    ErrorCode.INVALID_INPUT,
    ErrorCode.BODY_TOO_LARGE,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
)
"""What any request with a body may be answered."""

COMPONENTS: Final = "#/components/schemas/"


def describe_apis(endpoints: Sequence[Endpoint]) -> bytes:
    """The document as JSON."""
    schemas = _schemas(endpoints)
    paths: dict[str, JsonObject] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    document: JsonObject = {
        "openapi": "3.1.0",
        "info": {
            "title": "Tabyard",
            "version": __version__,
            "description": "Browsers with queues, commands and live events.",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": group} for group in dict.fromkeys(row.group for row in endpoints)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
        "security": [{}, {"bearer": []}, {"apiKey": []}],
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return text.replace('"#/$defs/', f'"{COMPONENTS}').encode()


def _operation(endpoint: Endpoint) -> JsonObject:
    """One method of one path."""
    operation: JsonObject = {
        "tags": [endpoint.group],
        "operationId": _operation_id(endpoint),
        "summary": endpoint.says,
        "parameters": [*_path_parameters(endpoint.path), *map(_parameter, endpoint.parameters)],
        "responses": _responses(endpoint),
    }
    if endpoint.body is not None:
        content = {"application/json": {"schema": _reference(endpoint.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _responses(endpoint: Endpoint) -> JsonObject:
    """What may come back, by status."""
    schema: JsonObject = {} if endpoint.answer is None else _reference(endpoint.answer)
    success = {"description": "Done", "content": {endpoint.media_type: {"schema": schema}}}
    responses: JsonObject = {"200": success}
    for status, says in (endpoint.also or {}).items():
        responses[str(status)] = {"description": says}
        if endpoint.answer is not None and status >= 400:  # noqa: PLR2004 - where errors start
            responses[str(status)]["content"] = success["content"]
    for status, codes in _by_status(endpoint).items():
        if status not in (endpoint.also or {}):
            responses[str(status)] = {
                "description": ", ".join(codes),
                "content": {"application/json": {"schema": {"$ref": "#/$defs/ErrorBody"}}},
            }
    return dict(sorted(responses.items()))


def _by_status(endpoint: Endpoint) -> Mapping[int, Sequence[ErrorCode]]:
    """The codes of each status, in the order in which they are declared."""
    found: dict[int, list[ErrorCode]] = {}
    body = WITH_BODY if endpoint.body is not None else ()
    for code in dict.fromkeys((*endpoint.errors, *body, *EVERYWHERE)):
        found.setdefault(STATUS[code], []).append(code)
    return found


def _operation_id(endpoint: Endpoint) -> str:
    """`post_tasks_task_id_cancel`: stable, since generated clients name methods after it."""
    words = re.findall(r"\w+", endpoint.path)
    return "_".join([endpoint.method.lower(), *words])


def _path_parameters(path: str) -> Iterable[JsonObject]:
    """The parts of `path` in braces."""
    for name in re.findall(r"{(\w+)}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _parameter(parameter: Parameter) -> JsonObject:
    """A query parameter or header."""
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.says,
        "schema": dict(parameter.schema),
    }


def _schemas(endpoints: Sequence[Endpoint]) -> JsonObject:
    """All models, those of the wire and those that only an endpoint knows."""
    schemas: dict[str, Any] = dict(render_schemas()["rest"]["$defs"])
    for endpoint in endpoints:
        if endpoint.body is not None and endpoint.body.__name__ not in schemas:
            schemas[endpoint.body.__name__] = tidy(endpoint.body.model_json_schema())
    return schemas


def _reference(model: type[WireModel]) -> JsonObject:
    return {"$ref": f"#/$defs/{model.__name__}"}
