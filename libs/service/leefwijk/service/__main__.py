"""`python -m leefwijk.service`: the `leefwijk` command."""

from leefwijk.service.cli import main

main()
