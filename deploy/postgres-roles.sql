-- Two roles for PostgreSQL: tesa_owner owns the tables and changes them, tesa_app serves callers and staff.
-- The application then cannot change, remove or empty the audit trail, nor switch its triggers off: it does not own it.
--
--   1. As a superuser, once:   createdb tesa
--   2. As a superuser:         psql -v ON_ERROR_STOP=1 -d tesa -f deploy/postgres-roles.sql
--                              psql -d tesa -c '\password tesa_owner' -c '\password tesa_app'
--   3. The tables, as owner:   TESA_DATABASE_URL=postgresql://tesa_owner@…/tesa  tesa db upgrade
--   4. Once more:              psql -v ON_ERROR_STOP=1 -d tesa -f deploy/postgres-roles.sql
--   5. In .env of web, worker: TESA_DATABASE_URL=postgresql://tesa_app@…/tesa
--
-- After every later `tesa db upgrade` (as tesa_owner) run step 4 again: new tables belong to tesa_app only then. Running
-- it twice changes nothing. It also takes over a database whose tables belong to somebody else so far.

DO $$
DECLARE
  thing record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tesa_owner') THEN
    CREATE ROLE tesa_owner LOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tesa_app') THEN
    CREATE ROLE tesa_app LOGIN;
  END IF;
  ALTER ROLE tesa_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
  ALTER ROLE tesa_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

  ALTER SCHEMA public OWNER TO tesa_owner;
  FOR thing IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER TABLE public.%I OWNER TO tesa_owner', thing.name);
  END LOOP;
  FOR thing IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO tesa_owner', thing.name);
  END LOOP;

  REVOKE ALL ON SCHEMA public FROM PUBLIC;
  REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, tesa_app;
  GRANT USAGE ON SCHEMA public TO tesa_app;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tesa_app;
  GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tesa_app;

  -- What the application may only read, or only add to.
  IF to_regclass('public.alembic_version') IS NOT NULL THEN
    REVOKE INSERT, UPDATE, DELETE ON public.alembic_version FROM tesa_app;
  END IF;
  IF to_regclass('public.audit_entry') IS NOT NULL THEN
    REVOKE UPDATE, DELETE ON public.audit_entry FROM tesa_app;
  END IF;
END $$;
