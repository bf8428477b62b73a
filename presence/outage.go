package presence

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// presenceBack is what is told when presence is stored again after an outage.
const presenceBack = "presence is stored again"

// unreachable reports whether an error came from no server, so that another statement would fail as well.
func unreachable(err error) bool {
	var answer *pgconn.PgError
	return err != nil && !errors.As(err, &answer)
}
