"""Homes are excepted from condition 5 or 6 for a period, so that any day can be asked for."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = """
create table known_exceptions (
    plan  text not null,
    first date not null,
    last  date not null,
    primary key (plan, first)
);
insert into known_exceptions (plan, first, last)
select plan, date '1900-01-01', planned from known_plans
where kind = 'demolition' and planned is not null;
drop table known_plans
"""


def upgrade() -> None:
    """Create the table from what was known; rebuilding knowledge gives the true first days."""
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
