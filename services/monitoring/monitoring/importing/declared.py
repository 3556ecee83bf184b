"""What stands in files that people write: strict models, read from plain YAML or JSON."""

from __future__ import annotations

from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """Something stated in a file of settings: unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases (a few lines of them swell to gigabytes) and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed in a mapping")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.YAMLError(f"a key stands twice, {node.start_mark}")
        return super().construct_mapping(node, deep)


def plain_yaml(text: str | bytes) -> Any:
    """The value in a YAML or JSON text that repeats no key and uses no alias."""
    return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 -- _PlainLoader is a SafeLoader
