package migrations

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// MaxDimensions is the longest vector an HNSW index over halfvec accepts.
const MaxDimensions = 4000

// embeddingLockClass is the first key of the advisory locks taken here; the
// second is the model. It only has to differ from the other locks of Baton.
const embeddingLockClass = 0x6261746f

// embeddingLockPoll is how often a waiter asks again. It polls because a session
// that blocks on a lock holds a snapshot, and CREATE INDEX CONCURRENTLY waits
// for every older snapshot: the two would wait for each other.
const embeddingLockPoll = 50 * time.Millisecond

// EnsureEmbeddingModel makes the place for one model's vectors: the partition of
// embedding with its own forced policy and no grant, and its HNSW index. It may
// be called by several processes at once and again at every start. ownerPool
// must be connections of the owner; dim is the model's dimension, 1 to 4,000.
//
// The partition is made beside the parent and then attached, because PARTITION
// OF would lock all searches out while it works. A build that was interrupted
// leaves an invalid index, which is dropped and built again.
func EnsureEmbeddingModel(ctx context.Context, ownerPool *pgxpool.Pool, modelID, dim int) error {
	if modelID <= 0 {
		return fmt.Errorf("embedding model %d: the id must be positive", modelID)
	}
	if dim < 1 || dim > MaxDimensions {
		return fmt.Errorf("embedding model %d: %d dimensions; between 1 and %d can be indexed", modelID, dim, MaxDimensions)
	}
	conn, err := ownerPool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("embedding model %d: %w", modelID, err)
	}
	defer conn.Release()
	if err := lockEmbeddingModel(ctx, conn.Conn(), modelID); err != nil {
		return fmt.Errorf("embedding model %d: %w", modelID, err)
	}
	defer func() {
		// The lock belongs to the session, so it must go even when ctx is over.
		_, _ = conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1, $2)`, embeddingLockClass, modelID)
	}()
	partition := fmt.Sprintf("embedding_%d", modelID)
	if err := ensurePartition(ctx, conn.Conn(), partition, modelID); err != nil {
		return fmt.Errorf("embedding model %d: partition: %w", modelID, err)
	}
	if err := ensureVectorIndex(ctx, conn.Conn(), partition, dim); err != nil {
		return fmt.Errorf("embedding model %d: index: %w", modelID, err)
	}
	return nil
}

func lockEmbeddingModel(ctx context.Context, conn *pgx.Conn, modelID int) error {
	for {
		var got bool
		err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, embeddingLockClass, modelID).Scan(&got)
		if err != nil || got {
			return err
		}
		timer := time.NewTimer(embeddingLockPoll)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// ensurePartition makes and attaches the partition in one transaction, so a
// crash leaves either nothing or the whole.
func ensurePartition(ctx context.Context, conn *pgx.Conn, partition string, modelID int) error {
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, partition).Scan(&exists); err != nil || exists {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Names cannot be parameters; partition and modelID are made of digits only.
		for _, statement := range []string{
			// The CHECK spares the scan that attaching would make.
			fmt.Sprintf(`CREATE TABLE %s (LIKE embedding INCLUDING ALL, CHECK (model_id = %d))`, partition, modelID),
			// The foreign key is made here as well, so that attaching adopts it
			// instead of checking every row under its lock.
			fmt.Sprintf(`ALTER TABLE %s ADD FOREIGN KEY (workspace_id, chunk_id) REFERENCES chunk (workspace_id, id) ON DELETE CASCADE`, partition),
			// Default privileges granted it on creation; searches go through the parent.
			fmt.Sprintf(`REVOKE ALL ON %s FROM baton_app`, partition),
			fmt.Sprintf(`SELECT baton_protect('%s')`, partition),
			fmt.Sprintf(`ALTER TABLE embedding ATTACH PARTITION %s FOR VALUES IN (%d)`, partition, modelID),
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// ensureVectorIndex builds the HNSW index on the expression that searches
// repeat literally; its cast carries the dimension, because the column has none.
func ensureVectorIndex(ctx context.Context, conn *pgx.Conn, partition string, dim int) error {
	index := partition + "_hnsw"
	var valid bool
	err := conn.QueryRow(ctx, `SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)`, index).Scan(&valid)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if valid {
		return nil
	}
	if err == nil {
		if _, err := conn.Exec(ctx, `DROP INDEX CONCURRENTLY `+index); err != nil {
			return err
		}
	}
	_, err = conn.Exec(ctx, fmt.Sprintf(
		`CREATE INDEX CONCURRENTLY %s ON %s USING hnsw ((v::halfvec(%d)) halfvec_cosine_ops)`, index, partition, dim))
	return err
}
