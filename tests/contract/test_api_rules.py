"""The description of every API against the NL API Design Rules that can be tested.

The rules are those of https://logius-standaarden.github.io/API-Design-Rules/, by their ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from api_cases import WITHOUT_ACCOUNT
from api_kit import Service, all_commands, descriptions
from jsonschema import Draft202012Validator

DESCRIPTIONS = descriptions()
every_api = pytest.mark.parametrize("name", sorted(DESCRIPTIONS))

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[\w.-]+)?(\+[\w.-]+)?", re.ASCII)
SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*|_[a-z0-9-]+|{[a-z][A-Za-z0-9]*}", re.ASCII)
CAMEL = re.compile(r"[a-z][A-Za-z0-9]*", re.ASCII)
UPPER_CAMEL = re.compile(r"[A-Z][A-Za-z0-9]*", re.ASCII)


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every operation."""
    for path, methods in DESCRIPTIONS[name]["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS, f"{path}: {method}"
            yield path, method, operation


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def resolve(document: dict[str, Any], reference: str) -> Any:
    """What a reference within the document points at."""
    assert reference.startswith("#/"), reference
    found: Any = document
    for step in reference[2:].split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


@every_api
def test_the_api_says_who_it_is(name: str) -> None:
    """doc-openapi, doc-openapi-contact, semver, uri-version: 3.1, contact, version, /v1."""
    document = DESCRIPTIONS[name]
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"]
    assert SEMVER.fullmatch(document["info"]["version"])
    assert {"name", "url", "email"} <= document["info"]["contact"].keys()
    major = document["info"]["version"].partition(".")[0]
    assert [server["url"] for server in document["servers"]] == [f"/v{major}"]


@every_api
def test_every_reference_leads_somewhere(name: str) -> None:
    """Nothing points at a part that is not there, and no name is defined twice over."""
    document = DESCRIPTIONS[name]
    references = {found["$ref"] for found in walk(document) if isinstance(found.get("$ref"), str)}
    assert references
    for reference in references:
        resolve(document, reference)


@every_api
def test_every_schema_is_a_schema(name: str) -> None:
    """OpenAPI 3.1 schemas are JSON schema 2020-12."""
    document = DESCRIPTIONS[name]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for found in walk(document["paths"]):
        if isinstance(found.get("schema"), dict):
            Draft202012Validator.check_schema(found["schema"])


@every_api
def test_schemas_have_upper_camel_case_names(name: str) -> None:
    """Names of schemas are UpperCamelCase, and none is FastAPI's own."""
    names = set(DESCRIPTIONS[name]["components"]["schemas"])
    assert [one for one in names if not UPPER_CAMEL.fullmatch(one)] == []
    assert not names & {"HTTPValidationError", "ValidationError"}


@every_api
def test_properties_have_camel_case_names(name: str) -> None:
    """Attributes are lowerCamelCase in all that goes in and out."""
    wrong = {
        key
        for found in walk(DESCRIPTIONS[name]["components"]["schemas"])
        if isinstance(found.get("properties"), dict)
        for key in found["properties"]
        if not CAMEL.fullmatch(key)
    }
    assert wrong == set()


@every_api
def test_paths_are_kebab_case_without_a_slash_at_the_end(name: str) -> None:
    """path-segments-kebab-case, no-trailing-slash; collections are plural, and no verbs."""
    for path, _, _ in operations(name):
        assert not path.endswith("/")
        assert not path.startswith("/v1"), "the version stands in the server's address"
        for segment in path[1:].split("/"):
            assert SEGMENT.fullmatch(segment), path


@every_api
def test_query_keys_and_path_keys_are_camel_case(name: str) -> None:
    """query-keys-camel-case."""
    for path, _, operation in operations(name):
        declared = set()
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "header":
                continue
            assert CAMEL.fullmatch(parameter["name"]), (path, parameter["name"])
            if parameter["in"] == "path":
                declared.add(parameter["name"])
                assert parameter["required"]
        assert declared == set(re.findall(r"{(\w+)}", path)), path


@every_api
def test_every_operation_has_one_success_with_its_version(name: str) -> None:
    """version-header: API-Version stands on every 2xx; its description exists."""
    for path, method, operation in operations(name):
        good = {status: said for status, said in operation["responses"].items() if status[0] == "2"}
        assert good, (path, method)
        for answer in good.values():
            assert "API-Version" in answer["headers"], (path, method)


@every_api
def test_every_error_is_a_problem(name: str) -> None:
    """problem-details: 4xx and 5xx are problem+json with status, title and detail."""
    document = DESCRIPTIONS[name]
    for path, method, operation in operations(name):
        bad = {status: said for status, said in operation["responses"].items() if status[0] in "45"}
        assert {"400", "401", "403"} <= bad.keys(), (path, method)
        for status, answer in bad.items():
            assert set(answer["content"]) == {"application/problem+json"}, (path, method, status)
            schema = resolve(
                document, answer["content"]["application/problem+json"]["schema"]["$ref"]
            )
            assert {"status", "title", "detail", "code"} <= set(schema["required"])


@every_api
def test_invalid_input_is_a_400(name: str) -> None:
    """invalid-input: 400 and not 422, which is left for a key that was used for something else."""
    commands = {one.route.path for one in all_commands() if one.service == name}
    for path, method, operation in operations(name):
        assert "400" in operation["responses"]
        if "422" in operation["responses"]:
            assert (path in commands, method) == (True, "post")
            assert set(operation["responses"]["422"]["content"]) == {"application/problem+json"}


@every_api
def test_every_operation_is_told_apart_and_explained(name: str) -> None:
    """Each has an id of its own, a summary, tags, and says that it wants a token."""
    seen: set[str] = set()
    for path, method, operation in operations(name):
        assert operation["operationId"] not in seen
        seen.add(operation["operationId"])
        assert operation["summary"], (path, method)
        assert operation["tags"], (path, method)
        account = [] if path in WITHOUT_ACCOUNT else [{"bearer": []}]
        assert operation["security"] == account, (path, method)
    assert DESCRIPTIONS[name]["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@every_api
def test_safe_methods_take_no_body_and_commands_say_what_they_need(name: str) -> None:
    """http-safety: GET has no body; a command names its roles, its body and its If-Match."""
    by_path = {one.route.path: one.route for one in all_commands() if one.service == name}
    for path, method, operation in operations(name):
        assert method in {"get", "post"}
        if method == "get":
            assert "requestBody" not in operation
            continue
        assert operation["requestBody"]["required"] is True
        if path in by_path:
            headers = {one["name"]: one for one in operation["parameters"] if one["in"] == "header"}
            assert operation["x-roles"]
            assert "Idempotency-Key" in headers
            assert ("If-Match" in headers) == (not by_path[path].creates)


@every_api
def test_what_the_path_gives_is_not_asked_in_the_body(name: str) -> None:
    """A field that comes from the address is in no description of the body."""
    document = DESCRIPTIONS[name]
    for command in all_commands():
        if command.service != name or not command.filled:
            continue
        content = document["paths"][command.route.path]["post"]["requestBody"]["content"]
        schema = content["application/json"]["schema"]
        if "$ref" in schema:
            schema = resolve(document, schema["$ref"])
        assert not set(command.filled) & set(schema["properties"]), command
        assert not set(command.filled) & set(schema["required"]), command


@every_api
async def test_the_description_that_is_served_is_this_one(
    name: str, services: dict[str, Service]
) -> None:
    """publish-openapi: at the base path, as JSON, for everybody."""
    answer = await services[name].client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(DESCRIPTIONS[name]))
    assert answer.headers["api-version"] == DESCRIPTIONS[name]["info"]["version"]
