-- The knowledge base: documents, their passages, the words and the vectors by
-- which passages are found.
--
-- Words are found by equality in chunk_term. Full-text operators are not
-- leakproof, so under forced row level security the planner would refuse their
-- index; equality on text is leakproof and keeps it.

-- A document is one source: an uploaded file, or one entry of an import.
CREATE TABLE document (
    workspace_id     uuid        NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    id               uuid        NOT NULL,
    -- external_id is the name the operator knows it by; the same name again replaces it.
    external_id      text        NOT NULL CHECK (external_id <> ''),
    title            text        NOT NULL DEFAULT '',
    url              text        NOT NULL DEFAULT '',
    locale           text        NOT NULL DEFAULT '',
    -- section is the part of the help centre it belongs to: the file says it of itself, or the folder it came in.
    section          text        NOT NULL DEFAULT '',
    -- origin is where the content comes from: a file that was given, an address that is fetched, or the text of an import.
    origin           text        NOT NULL DEFAULT 'file' CHECK (origin IN ('file', 'url', 'text')),
    content_type     text        NOT NULL,
    file_name        text        NOT NULL DEFAULT '',
    content_hash     bytea       NOT NULL,
    size             bigint      NOT NULL CHECK (size >= 0),
    state            text        NOT NULL CHECK (state IN ('queued', 'reading', 'splitting', 'embedding', 'ready', 'failed')),
    progress_done    integer     NOT NULL DEFAULT 0,
    progress_total   integer     NOT NULL DEFAULT 0,
    failure_code     text        NOT NULL DEFAULT '',
    failure_cause    text        NOT NULL DEFAULT '',
    failure_fix      text        NOT NULL DEFAULT '',
    -- revision counts contents; indexed_revision is the one whose passages are
    -- stored. A job that read an older content finds the revision moved and stops.
    revision         integer     NOT NULL DEFAULT 1,
    indexed_revision integer     NOT NULL DEFAULT 0,
    passages         integer     NOT NULL DEFAULT 0,
    pages            integer     NOT NULL DEFAULT 0,  -- of a file that has pages
    -- etag is what the web server calls the content that was fetched, by which it tells that nothing has changed.
    etag             text        NOT NULL DEFAULT '',
    fetched_at       timestamptz,
    -- updated_at moves with every step, so a document that is under way and has not moved for a minute is stuck. stuck_at is when that was
    -- seen, and counts only while nothing has moved since; restarts is how often it was set going again by itself.
    stuck_at         timestamptz,
    restarts         integer     NOT NULL DEFAULT 0,
    created_by       uuid,
    -- When the company last changed what the document says, as far as is known:
    -- what a visitor reads beside a quote. Indexing moves updated_at instead.
    content_at       timestamptz NOT NULL DEFAULT now(),
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    -- A failure always says what happened and what to do about it.
    CHECK ((state = 'failed') <= (failure_code <> '' AND failure_cause <> '' AND failure_fix <> '')),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, external_id)
);
-- The same content under another name is refused, which needs this look-up.
CREATE INDEX document_content ON document (workspace_id, content_hash);
-- What is under way is looked at every few seconds, and is a handful among thousands.
CREATE INDEX document_moving ON document (workspace_id, updated_at) WHERE state IN ('queued', 'reading', 'splitting', 'embedding');
SELECT baton_protect('document');

-- The bytes of an uploaded file, in rows of 256 KiB, so that no single value
-- has to be held or sent whole.
CREATE TABLE document_file (
    workspace_id uuid    NOT NULL,
    document_id  uuid    NOT NULL,
    n            integer NOT NULL CHECK (n >= 0),
    bytes        bytea   NOT NULL CHECK (octet_length(bytes) <= 262144),
    PRIMARY KEY (workspace_id, document_id, n),
    FOREIGN KEY (workspace_id, document_id) REFERENCES document (workspace_id, id) ON DELETE CASCADE
);
SELECT baton_protect('document_file');

-- A chunk is one passage: a section, or a part of a long one. terms and tfs are
-- its words with their counts, title and heading path included: the forward
-- side of chunk_term, which lets a ranking score a few hundred candidates
-- exactly, and a replacement delete its postings by their full key.
CREATE TABLE chunk (
    workspace_id uuid       NOT NULL,
    id           uuid       NOT NULL,
    document_id  uuid       NOT NULL,
    position     integer    NOT NULL CHECK (position >= 0),
    heading      text[]     NOT NULL DEFAULT '{}',
    page         integer    NOT NULL DEFAULT 0 CHECK (page >= 0),  -- on which it begins; 0 where there are no pages
    text         text       NOT NULL,
    terms        text[]     NOT NULL,
    tfs          smallint[] NOT NULL CHECK (cardinality(tfs) = cardinality(terms)),
    length       integer    NOT NULL CHECK (length >= 0),
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, document_id, position),
    FOREIGN KEY (workspace_id, document_id) REFERENCES document (workspace_id, id) ON DELETE CASCADE
);
SELECT baton_protect('chunk');

-- One row for each word of each passage. The key begins with the term, so that
-- equality is answered by the index, and carries what BM25 needs, so that the
-- heap is not visited. There is no foreign key: half a million checks per
-- import would cost more than the import; package knowledge writes and deletes
-- these rows in the transaction of their chunk.
CREATE TABLE chunk_term (
    workspace_id uuid     NOT NULL,
    term         text     COLLATE "C" NOT NULL,
    chunk_id     uuid     NOT NULL,
    tf           smallint NOT NULL CHECK (tf > 0),
    length       integer  NOT NULL,
    PRIMARY KEY (workspace_id, term, chunk_id) INCLUDE (tf, length)
);
SELECT baton_protect('chunk_term');

-- How many passages hold a word. Kept rather than counted: a frequent word has
-- thousands of postings, and every search needs every word's number.
CREATE TABLE term_stat (
    workspace_id uuid    NOT NULL,
    term         text    COLLATE "C" NOT NULL,
    passages     integer NOT NULL,
    PRIMARY KEY (workspace_id, term) INCLUDE (passages)
);
SELECT baton_protect('term_stat');

-- How many passages there are and how many words they hold together. Writers
-- lock this row first, so two of them never wait for each other's words.
CREATE TABLE knowledge_stat (
    workspace_id uuid   NOT NULL PRIMARY KEY,
    passages     bigint NOT NULL DEFAULT 0,
    terms        bigint NOT NULL DEFAULT 0
);
SELECT baton_protect('knowledge_stat');

-- The vector spaces in which a workspace has vectors. The id is made from the
-- model's name and its dimension, so it is the same in every workspace and
-- names the partition of embedding that holds its vectors.
CREATE TABLE embedding_model (
    workspace_id uuid        NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
    id           integer     NOT NULL CHECK (id > 0),
    model        text        NOT NULL,
    dimensions   integer     NOT NULL CHECK (dimensions BETWEEN 1 AND 4000),
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- When every passage had its vector for the first time; null: not yet. Searches
    -- use a space that is complete before one that is still being filled, so that a
    -- change of models is felt only when it is done.
    complete_at  timestamptz,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, model, dimensions)
);
SELECT baton_protect('embedding_model');

-- The vectors, one partition to a model (migrations.EnsureEmbeddingModel makes
-- it with its HNSW index). Stored plain: a distance is computed on every row a
-- search visits, and a vector in TOAST would cost a second fetch each time.
CREATE TABLE embedding (
    workspace_id uuid    NOT NULL,
    chunk_id     uuid    NOT NULL,
    model_id     integer NOT NULL,
    v            halfvec NOT NULL,
    PRIMARY KEY (workspace_id, chunk_id, model_id),
    FOREIGN KEY (workspace_id, chunk_id) REFERENCES chunk (workspace_id, id) ON DELETE CASCADE
) PARTITION BY LIST (model_id);
ALTER TABLE embedding ALTER COLUMN v SET STORAGE PLAIN;
SELECT baton_protect('embedding');

INSERT INTO personal_data (table_name, column_name, holds) VALUES
    ('document', 'file_name', 'the name of an uploaded file, which may name a person'),
    ('document', 'created_by', 'the agent who added the document'),
    ('document_file', 'bytes', 'the uploaded file as it came, which may name people'),
    ('chunk', 'text', 'text of the knowledge base, which may name people');
