"""What `make run` says at the end: where everything is, and three commands that show it working."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from leefwijk.service.issuer import DevelopmentIssuer
from leefwijk.service.roles import Role

LARIKS = "WK010601@2020"


def welcome(folder: Path, addresses: Mapping[str, str], worker: int) -> str:
    """Addresses, a token, and what to try first."""
    token = DevelopmentIssuer(folder / "identity").token(Role.AREA_MANAGER)
    lines = ["", "Leefwijk runs. Ctrl-C stops it.", ""]
    lines += [f"  {name:12} {url}/v1/openapi.json" for name, url in sorted(addresses.items())]
    lines += [
        f"  {'worker':12} http://127.0.0.1:{worker}/metrics",
        "",
        "A token for an area manager, good for twelve hours:",
        "",
        f"export TOKEN={token}",
        "",
        "Try, with that token set:",
        "",
        "# the effort status of Lariks in Assen, each figure with the events beneath it",
        f'curl -s -H "Authorization: Bearer $TOKEN" '
        f"{addresses['projections']}/v1/areas/{LARIKS}/effort-status",
        "",
        "# what residents do there",
        f'curl -s -H "Authorization: Bearer $TOKEN" '
        f"'{addresses['initiatives']}/v1/initiatives?municipality=GM0106'",
        "",
        "# build the read model anew from the topics, and look again: the answer is the same",
        ".venv/bin/leefwijk rebuild area-effort-status",
        "",
    ]
    return "\n".join(lines)
