package outage

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
)

// awayClasses are the classes of PostgreSQL's error codes that say that the server, and not the statement, is at fault: connection, resources (too many
// connections, no memory, no disk), and operator intervention (shutting down, starting up).
var awayClasses = []string{"08", "53", "57"}

// statementCancelled is in the class of interventions, but it is about one statement.
const statementCancelled = "57014"

// Away reports whether an error says that the database is away or not well, so that another statement would fail as well. Others are faults of their own.
func Away(err error) bool {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return len(answer.Code) == 5 && answer.Code != statementCancelled && slices.Contains(awayClasses, answer.Code[:2])
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}
