"""`docs/partner-facts.md`: every fact that partners get, from the published language itself.

`python tools/partner_facts.py` writes it; `--check` ends with 1 where it is not as it should be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from leefwijk.events.catalogue import published_language

FILE = Path(__file__).parent.parent / "docs" / "partner-facts.md"
HEAD = """# Facts for partners

What is sent to the topics of municipalities, by service. Written by `tools/partner_facts.py` from
the published language: the schema of each type stands in
[tests/contract/schemas](../tests/contract/schemas), an example in
[tests/contract/golden](../tests/contract/golden). How to read them: [partners.md](partners.md).
"""


def page() -> str:
    """The whole page."""
    rows: dict[str, list[str]] = {}
    for event in sorted(published_language(), key=lambda event: event.type):
        if event.audience == "partners":
            means = (event.__doc__ or "").strip().split("\n")[0]
            rows.setdefault(event.service, []).append(f"| `{event.type}` | {means} |")
    parts = [HEAD]
    for service, found in sorted(rows.items()):
        title = service.replace("_", " ").capitalize()
        table = ["| type | means |", "| --- | --- |", *found]
        parts.append("\n".join([f"## {title}", "", *table, ""]))
    return "\n".join(parts)


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing")
    wanted = page()
    if not parser.parse_args().check:
        FILE.write_text(wanted, "utf-8")
    elif not FILE.exists() or FILE.read_text("utf-8") != wanted:
        print(f"{FILE.name} is not what the language says: run python tools/partner_facts.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
