-- Roles, tenancy, people, audit. Everything here is dear to change later, so it is right from the first migration.
--
-- The owner (DATABASE_URL) is neither superuser nor BYPASSRLS and may create roles; the application connects as a login that is a member of
-- baton_app and starts every connection with role=baton_app. Roles belong to the server, not to the database: another database
-- of the same server may have made it already, perhaps at this very moment.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'baton_app') THEN
    BEGIN
      CREATE ROLE baton_app NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  -- PostgreSQL 16 and later give the creator of a role no right to become it; a grant to oneself does.
  IF NOT pg_has_role(current_user, 'baton_app', 'MEMBER') OR current_setting('server_version_num')::int >= 160000 THEN
    BEGIN
      EXECUTE format('GRANT baton_app TO %I', current_user);
    EXCEPTION WHEN unique_violation THEN NULL;
    END;
  END IF;
END $$;

GRANT USAGE ON SCHEMA public TO baton_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO baton_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO baton_app;

-- baton_protect puts a table behind the workspace wall: forced, so that it binds the owner too. The setting is made per transaction; where it is
-- missing the comparison is with NULL and no row passes. On a reused connection the setting reads as '', hence nullif.
CREATE FUNCTION baton_protect(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format($p$CREATE POLICY workspace_wall ON %s
    USING (workspace_id = nullif(current_setting('baton.workspace_id', true), '')::uuid)
    WITH CHECK (workspace_id = nullif(current_setting('baton.workspace_id', true), '')::uuid)$p$, target);
END $$;

-- Which columns hold something about a person: read by erasure and export, and held against the catalogue by a test.
CREATE TABLE personal_data (
  table_name  text NOT NULL,
  column_name text NOT NULL,
  holds       text NOT NULL,
  PRIMARY KEY (table_name, column_name)
);
REVOKE INSERT, UPDATE, DELETE ON personal_data FROM baton_app;

-- One row: the identity of this database's history. A restore from a backup gives it a new id, so that clients know to resynchronise.
CREATE TABLE store (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  id       uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO store DEFAULT VALUES;
REVOKE INSERT, UPDATE, DELETE ON store FROM baton_app;

CREATE TABLE workspace (
  id         uuid PRIMARY KEY,
  name       text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- An inbox is a place where conversations begin: a site, an app. Its public key carries the workspace id.
CREATE TABLE inbox (
  workspace_id    uuid NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  id              uuid NOT NULL,
  public_key      text NOT NULL,
  name            text NOT NULL,
  -- Origins that may embed the widget; empty allows the server's own origin only. '*' is allowed for a demo.
  allowed_origins text[] NOT NULL DEFAULT '{}',
  -- Whether clients that send no Origin header (apps, scripts) may connect.
  allow_no_origin boolean NOT NULL DEFAULT false,
  -- {"en": {"title", "text", "suggestions"}}
  greeting        jsonb NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, public_key)
);
SELECT baton_protect('inbox');

-- A person who signs in, known by e-mail across workspaces.
CREATE TABLE account (
  id         uuid PRIMARY KEY,
  email      text NOT NULL UNIQUE CHECK (email = lower(email)),
  name       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What an account can prove itself with. Secrets are stored as hashes or public keys only.
CREATE TABLE credential (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id         uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('link', 'password', 'totp', 'passkey', 'oidc')),
  data       jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz,
  PRIMARY KEY (account_id, id)
);

-- An agent is an account's membership of a workspace.
CREATE TABLE agent (
  workspace_id uuid NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  id           uuid NOT NULL,
  account_id   uuid NOT NULL REFERENCES account (id),
  name         text NOT NULL,
  role         text NOT NULL CHECK (role IN ('admin', 'agent')),
  -- What the agent chose; whether they are really here is told by leases.
  status       text NOT NULL DEFAULT 'online' CHECK (status IN ('online', 'away', 'busy', 'offline')),
  capacity     int NOT NULL DEFAULT 5 CHECK (capacity > 0),
  created_at   timestamptz NOT NULL DEFAULT now(),
  disabled_at  timestamptz,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, account_id)
);
SELECT baton_protect('agent');

-- Sign-in is a challenge of one or more steps; a link is a challenge with one. The token itself is never stored.
CREATE TABLE challenge (
  workspace_id uuid NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  id           uuid NOT NULL,
  account_id   uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  token_hash   bytea NOT NULL,
  steps_left   text[] NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  used_at      timestamptz,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, token_hash)
);
SELECT baton_protect('challenge');

-- A signed-in browser. Rotated tokens of one sign-in share a family, so that theft revokes them together.
CREATE TABLE session (
  workspace_id uuid NOT NULL,
  id           uuid NOT NULL,
  family       uuid NOT NULL,
  agent_id     uuid NOT NULL,
  token_hash   bytea NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, token_hash),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE
);
SELECT baton_protect('session');

-- Who did what to what. Rows are added, never changed; no bodies and no addresses, so that the log can outlive an erasure.
CREATE TABLE audit (
  workspace_id uuid NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  id           uuid NOT NULL,
  at           timestamptz NOT NULL DEFAULT now(),
  actor_kind   text NOT NULL CHECK (actor_kind IN ('agent', 'visitor', 'assistant', 'system', 'operator')),
  actor_id     uuid,
  action       text NOT NULL,
  object_kind  text NOT NULL,
  object_id    uuid,
  PRIMARY KEY (workspace_id, id)
);
SELECT baton_protect('audit');
REVOKE UPDATE, DELETE ON audit FROM baton_app;

-- One heartbeat row per running node; a lease of a node that stopped beating counts for nothing.
CREATE TABLE node (
  id         uuid PRIMARY KEY,
  started_at timestamptz NOT NULL DEFAULT now(),
  beat_at    timestamptz NOT NULL DEFAULT now()
);

INSERT INTO personal_data (table_name, column_name, holds) VALUES
  ('account', 'email', 'e-mail address of a member of staff'),
  ('account', 'name', 'name of a member of staff'),
  ('agent', 'name', 'name of a member of staff as visitors see it'),
  ('credential', 'data', 'what a member of staff signs in with');
