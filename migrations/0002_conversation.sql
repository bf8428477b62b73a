-- Visitors, conversations, messages, turns, handoffs, rules, presence.

-- A visitor is a person on the company's site; merging two of them leaves an alias row, so that old ids still lead somewhere.
CREATE TABLE visitor (
  workspace_id   uuid NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  id             uuid NOT NULL,
  alias_of       uuid,
  name           text,
  email          text,
  verified       boolean NOT NULL DEFAULT false,
  locale         text NOT NULL DEFAULT '',
  timezone       text NOT NULL DEFAULT '',
  page_url       text NOT NULL DEFAULT '',
  page_title     text NOT NULL DEFAULT '',
  -- The conversation id handed out with the session; its first message creates the row.
  next_conversation_id uuid NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  last_seen_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, alias_of) REFERENCES visitor (workspace_id, id)
);
SELECT baton_protect('visitor');

-- A device holds what belongs to one browser or app: the counter of its messages, how far it has read, its keys and push address.
CREATE TABLE device (
  workspace_id uuid NOT NULL,
  id           uuid NOT NULL,
  visitor_id   uuid NOT NULL,
  counter      bigint NOT NULL DEFAULT 0,
  delivered    bigint NOT NULL DEFAULT 0,
  public_keys  bytea,
  push         jsonb,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitor (workspace_id, id) ON DELETE CASCADE
);
SELECT baton_protect('device');
CREATE INDEX device_visitor ON device (workspace_id, visitor_id);

CREATE TABLE visitor_session (
  workspace_id uuid NOT NULL,
  id           uuid NOT NULL,
  device_id    uuid NOT NULL,
  visitor_id   uuid NOT NULL,
  inbox_id     uuid NOT NULL,
  token_hash   bytea NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, token_hash),
  FOREIGN KEY (workspace_id, device_id) REFERENCES device (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitor (workspace_id, id) ON DELETE CASCADE,
  FOREIGN KEY (workspace_id, inbox_id) REFERENCES inbox (workspace_id, id) ON DELETE CASCADE
);
SELECT baton_protect('visitor_session');

-- The row of a conversation is the arbiter of everything that happens in it: every command locks it first.
CREATE TABLE conversation (
  workspace_id     uuid NOT NULL,
  id               uuid NOT NULL,
  -- A preview is a trial of the test bench: no visitor wrote it and it came through no inbox, but somebody of the team asked.
  inbox_id         uuid,
  visitor_id       uuid,
  asked_by         uuid,
  kind             text NOT NULL DEFAULT 'chat' CHECK (kind IN ('chat', 'preview')),
  state            text NOT NULL DEFAULT 'assistant' CHECK (state IN ('assistant', 'waiting', 'agent', 'resolved')),
  state_since      timestamptz NOT NULL DEFAULT now(),
  -- Counts claims; an answer begun under an older epoch is void.
  epoch            bigint NOT NULL DEFAULT 0,
  head             bigint NOT NULL DEFAULT 0,
  last_visitor_seq bigint NOT NULL DEFAULT 0,
  agent_id         uuid,
  -- How far the two sides have received and seen. They only grow.
  visitor_delivered bigint NOT NULL DEFAULT 0,
  visitor_seen      bigint NOT NULL DEFAULT 0,
  agent_delivered   bigint NOT NULL DEFAULT 0,
  agent_seen        bigint NOT NULL DEFAULT 0,
  -- The last text that both sides may see, so that the inbox needs no second look-up.
  preview_seq      bigint NOT NULL DEFAULT 0,
  rule             text NOT NULL DEFAULT '',
  reason           text NOT NULL DEFAULT '',
  waiting_since    timestamptz,
  unanswered_since timestamptz,
  last_visitor_at  timestamptz,
  queue_position   int,
  queue_minutes    int,
  resolved_at      timestamptz,
  resolved_by      uuid,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, inbox_id) REFERENCES inbox (workspace_id, id),
  FOREIGN KEY (workspace_id, visitor_id) REFERENCES visitor (workspace_id, id),
  FOREIGN KEY (workspace_id, agent_id) REFERENCES agent (workspace_id, id),
  FOREIGN KEY (workspace_id, asked_by) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
  CHECK (CASE kind WHEN 'chat' THEN num_nonnulls(inbox_id, visitor_id) = 2 AND asked_by IS NULL ELSE num_nonnulls(inbox_id, visitor_id) = 0 AND asked_by IS NOT NULL AND state = 'assistant' END),
  CHECK ((state = 'agent') = (agent_id IS NOT NULL)),
  CHECK ((state = 'waiting') = (waiting_since IS NOT NULL))
) WITH (fillfactor = 75);  -- Room on the page keeps the many updates of a row from touching the indexes.
SELECT baton_protect('conversation');
-- No index holds a column that every message changes, so that those updates stay on the row's page (HOT). Open conversations are few; they are sorted when read.
CREATE INDEX conversation_open ON conversation (workspace_id, state) WHERE state <> 'resolved' AND kind = 'chat';
CREATE INDEX conversation_resolved ON conversation (workspace_id, resolved_at DESC) WHERE state = 'resolved' AND kind = 'chat';
CREATE INDEX conversation_queue ON conversation (workspace_id, waiting_since) WHERE state = 'waiting';
CREATE INDEX conversation_preview ON conversation (workspace_id, created_at) WHERE kind = 'preview';
CREATE INDEX conversation_visitor ON conversation (workspace_id, visitor_id, created_at DESC);

-- Partitioning by range of the conversation id later rewrites nothing: no other unique key, foreign keys by the full key, ordered ids.
CREATE TABLE message (
  workspace_id    uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  cid             uuid NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('text', 'note', 'event')),
  author_kind     text NOT NULL CHECK (author_kind IN ('visitor', 'assistant', 'agent', 'system')),
  author_id       uuid,
  author_name     text NOT NULL DEFAULT '',
  -- NULL once erased; cid and seq stay, so that a late repeat is still known.
  body            text,
  body_hash       bytea NOT NULL,
  language        text NOT NULL DEFAULT '',
  citations       jsonb,
  parts           jsonb,
  outcome         text NOT NULL DEFAULT '',
  run             uuid,
  sealed          bytea,
  key_epoch       bigint,
  at              timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (workspace_id, conversation_id, seq),
  UNIQUE (workspace_id, conversation_id, cid),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
  CHECK (sealed IS NULL OR body IS NULL),
  CHECK ((sealed IS NULL) = (key_epoch IS NULL))
);
SELECT baton_protect('message');
-- How often documents were cited is counted over a month of answers, of which few messages are.
CREATE INDEX message_cited ON message (workspace_id, at) WHERE citations IS NOT NULL;

-- One row per answer round: what was asked, what was found, what was decided, and how long it took. Unique on the same three things that a reply's
-- cid is made of, so that a job run twice loses here.
CREATE TABLE turn (
  workspace_id     uuid NOT NULL,
  conversation_id  uuid NOT NULL,
  in_reply_to      bigint NOT NULL,
  epoch            bigint NOT NULL,
  outcome          text NOT NULL,
  confidence       real NOT NULL,
  passages         jsonb NOT NULL DEFAULT '[]',
  signals          jsonb NOT NULL DEFAULT '{}',
  signals_version  int NOT NULL,
  rule_set_version bigint NOT NULL,
  rule             text NOT NULL DEFAULT '',
  -- The sentence an agent would read; kept here because a preview is judged and never handed over.
  reason           text NOT NULL DEFAULT '',
  matches          jsonb NOT NULL DEFAULT '[]',
  model            text NOT NULL DEFAULT '',
  timings          jsonb NOT NULL DEFAULT '{}',
  -- Why the model gave no whole answer, in a word or an HTTP status; and what the answer cost and came to (tokens, sentences kept and dropped).
  fault            text NOT NULL DEFAULT '',
  counts           jsonb NOT NULL DEFAULT '{}',
  at               timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, conversation_id, in_reply_to, epoch),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);
SELECT baton_protect('turn');

-- Each time the baton was passed. The packet is a snapshot made after the handoff by a job of its own; until then it is NULL.
CREATE TABLE handoff (
  workspace_id    uuid NOT NULL,
  conversation_id uuid NOT NULL,
  seq             bigint NOT NULL,
  rule            text NOT NULL,
  reason          text NOT NULL,
  why_seq         bigint NOT NULL DEFAULT 0,
  matches         jsonb NOT NULL DEFAULT '[]',
  packet          jsonb,
  at              timestamptz NOT NULL DEFAULT now(),
  claimed_by      uuid,
  claimed_at      timestamptz,
  ended_at        timestamptz,
  PRIMARY KEY (workspace_id, conversation_id, seq),
  FOREIGN KEY (workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);
SELECT baton_protect('handoff');
-- Recent waits, for the estimate that a waiting visitor is shown.
CREATE INDEX handoff_claimed ON handoff (workspace_id, claimed_at DESC) WHERE claimed_at IS NOT NULL;

-- Rule sets are versions: a turn names the one that judged it.
CREATE TABLE rule_set (
  workspace_id uuid NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  version      bigint NOT NULL CHECK (version > 0),
  rules        jsonb NOT NULL,
  created_by   uuid,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, version)
);
SELECT baton_protect('rule_set');

-- Who is here: one row per person, device and node, renewed by the node's heartbeat and not by every beat of a socket.
CREATE TABLE lease (
  workspace_id uuid NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  person_kind  text NOT NULL CHECK (person_kind IN ('visitor', 'agent')),
  person_id    uuid NOT NULL,
  device_id    uuid NOT NULL,
  node_id      uuid NOT NULL REFERENCES node (id) ON DELETE CASCADE,
  since        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workspace_id, person_kind, person_id, device_id, node_id)
);
SELECT baton_protect('lease');
CREATE INDEX lease_node ON lease (node_id);

INSERT INTO personal_data (table_name, column_name, holds) VALUES
  ('visitor', 'name', 'name of a visitor'),
  ('visitor', 'email', 'address a visitor left'),
  ('visitor', 'locale', 'language and region of a visitor'),
  ('visitor', 'timezone', 'time zone of a visitor'),
  ('visitor', 'page_url', 'page a visitor is on'),
  ('visitor', 'page_title', 'page a visitor is on'),
  ('device', 'public_keys', 'keys of a visitor''s device'),
  ('device', 'push', 'push address of a visitor''s device'),
  ('message', 'author_name', 'name of a visitor or member of staff'),
  ('message', 'body', 'what a visitor, an agent or the assistant wrote'),
  ('message', 'body_hash', 'hash of what was written'),
  ('message', 'citations', 'quotes shown with an answer'),
  ('message', 'parts', 'names in system lines, forms'),
  ('message', 'sealed', 'encrypted text'),
  ('turn', 'passages', 'what was found for a visitor''s question'),
  ('turn', 'signals', 'mood and wishes read from a visitor''s words'),
  ('turn', 'matches', 'words of a visitor that fired a rule'),
  ('handoff', 'matches', 'words of a visitor that fired a rule'),
  ('handoff', 'packet', 'summary of a visitor''s conversation'),
  ('rule_set', 'created_by', 'which member of staff wrote the rules');
