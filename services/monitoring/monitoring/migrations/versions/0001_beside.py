"""What stands beside monitoring's facts: words of stories, files of imports, geometries."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table story_words (
    story_id    text        primary key,
    wrapped_key bytea       not null,
    sealed      bytea       not null,
    stored_at   timestamptz not null default now()
);
create table import_files (
    import_id text        primary key,
    content   bytea       not null,
    mapping   text        not null,
    stored_at timestamptz not null default now()
);
create table import_progress (
    import_id  text    primary key,
    read       int     not null default 0,
    good       int     not null default 0,
    bad        int     not null default 0,
    total      int     not null default 0,
    done       int     not null default 0,
    recorded   int     not null default 0,
    revised    int     not null default 0,
    unchanged  int     not null default 0,
    taken_back int     not null default 0,
    finished   boolean not null default false,
    warnings   jsonb   not null default '[]',
    registers  text[],
    report     text
);
create table geometries (hash text primary key, geometry jsonb not null);
"""


def upgrade() -> None:
    """Create the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
