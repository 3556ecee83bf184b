"""Lists that answer as fast whatever they are filtered by."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = """
drop index documents_titles;
alter table documents add column words tsvector generated always as (
    to_tsvector('dutch', title) || to_tsvector('simple', title)
) stored;
comment on column documents.words is
    'The title: stems for any form of a word, and plain words for how a word begins.';
create index documents_words on documents using gin (words)
    with (gin_pending_list_limit = 256) where words is not null;
create index documents_by_status on documents (kind, status, created_at desc, stream_id desc)
    where status is not null;
alter index documents_facets set (gin_pending_list_limit = 256)
"""


def upgrade() -> None:
    """Words of titles kept beside them, lists in order by status, short queues of the indexes."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
