"""A partition per read model, with a partition per generation in it: generations are its own."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = """
alter table rows rename to rows_area_effort_status;
alter index rows_current rename to rows_area_effort_status_current;
alter index rows_by_area rename to rows_area_effort_status_by_area;
alter index rows_by_link rename to rows_area_effort_status_by_link;
alter index rows_listed rename to rows_area_effort_status_listed;
alter index rows_newest rename to rows_area_effort_status_newest;
create table rows (like rows_area_effort_status including defaults) partition by list (projection);
create unique index rows_current on rows (generation, projection, stream_id, kind, key)
    where recorded_to is null;
create index rows_by_area on rows (generation, projection, area, kind, recorded_from);
create index rows_by_link on rows (generation, projection, kind, link) where link is not null;
create index rows_listed on rows (generation, projection, kind, area) where recorded_to is null;
create index rows_newest on rows (generation, projection, recorded_from);
alter table rows attach partition rows_area_effort_status
    for values in ('projections.area-effort-status');
"""

RENAME_GENERATIONS = """
do $$
declare part record;
begin
    for part in select inhrelid::regclass::text as name from pg_inherits
        where inhparent = 'rows_area_effort_status'::regclass
            and inhrelid::regclass::text ~ '^rows_[0-9]+$'
    loop
        execute format('alter table %I rename to %I', part.name,
                       'rows_area_effort_status_' || substr(part.name, 6));
    end loop;
end $$
"""


def upgrade() -> None:
    """What was one table of one read model becomes the first partition of the new one."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(RENAME_GENERATIONS)
