-- What the portal's own role may do on PostgreSQL. Run by the role that owns the tables, in the
-- portal's database, before the first `sanbao db upgrade`, with the two names set:
--   psql -v owner=sanbao_owner -v app=sanbao_app -f deploy/postgresql-roles.sql
-- The portal connects as `app`: it owns no table and is no superuser, so that row-level security
-- holds for it. Migrations are run as `owner`.
alter default privileges for role :owner in schema public grant select, insert, update, delete on tables to :app;
alter default privileges for role :owner in schema public grant usage, select on sequences to :app;
grant usage on schema public to :app;
grant select, insert, update, delete on all tables in schema public to :app;
grant usage, select on all sequences in schema public to :app;
