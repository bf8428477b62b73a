package workspace

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// InTx runs fn in one transaction that sees the rows of one workspace only. The setting travels with BEGIN, so that scoping costs no round
// trip of its own. fn's error rolls back and is returned as it is.
func InTx(ctx context.Context, pool *pgxpool.Pool, workspaceID uuid.UUID, fn func(pgx.Tx) error) error {
	return inTx(ctx, pool, pgx.TxOptions{}, workspaceID, fn)
}

// InReadTx is InTx for reading several things from one consistent point: a snapshot and the cursor that goes with it.
func InReadTx(ctx context.Context, pool *pgxpool.Pool, workspaceID uuid.UUID, fn func(pgx.Tx) error) error {
	return inTx(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, workspaceID, fn)
}

func inTx(ctx context.Context, pool *pgxpool.Pool, options pgx.TxOptions, workspaceID uuid.UUID, fn func(pgx.Tx) error) error {
	// A UUID's text holds nothing but hexadecimal digits and dashes, so it can stand in the statement.
	begin := "begin"
	if options.IsoLevel != "" {
		begin = fmt.Sprintf("begin isolation level %s %s", options.IsoLevel, options.AccessMode)
	}
	begin += "; select set_config('baton.workspace_id', '" + workspaceID.String() + "', true)"
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{BeginQuery: begin}, fn)
}
