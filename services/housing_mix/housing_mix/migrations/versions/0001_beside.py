"""What stands beside the facts of housing mix: imports at work, missing units, known areas."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table dwelling_import_work (
    import_id  text  primary key,
    rows       jsonb not null,
    report     text  not null,
    read       int   not null,
    rejected   int   not null,
    warnings   int   not null,
    done       int   not null default 0,
    registered int   not null default 0,
    changed    int   not null default 0,
    unchanged  int   not null default 0,
    late       jsonb not null default '[]'
);
create table missing_units (
    unit  text primary key,
    since date not null
);
create table known_areas (
    area           text   primary key,
    municipalities text[] not null
);
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
