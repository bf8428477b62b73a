package localpg

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// minVector is the first pgvector with iterative index scans, without which a
// filtered search returns too few rows.
const minVector = "0.8.0"

// Report is what Check found out about a server.
type Report struct {
	Database      string
	Role          string // the role that the URL connects as
	ServerVersion string
	VectorVersion string

	// Warnings are sentences about what will fail or is unwise, each with its fix.
	Warnings []string
}

// found is the row that Check reads.
type found struct {
	Database      string
	Role          string
	Number        int
	ServerVersion string
	Available     *string
	Installed     *string
	Superuser     bool
	BypassRLS     bool
	CreateRole    bool
	Owner         string
	OwnsDatabase  bool
	AppRole       bool
	InAppRole     bool
}

// Check looks whether the server at url, which somebody else runs, can hold
// Baton's database. It changes nothing. An error says the one thing to do; what
// only deserves a warning is in the report.
func Check(ctx context.Context, url string) (Report, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return Report{}, fmt.Errorf("cannot connect to DATABASE_URL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	f, err := look(ctx, conn)
	if err != nil {
		return Report{}, fmt.Errorf("cannot read what the server of DATABASE_URL is: %w", err)
	}
	report := Report{Database: f.Database, Role: f.Role, ServerVersion: f.ServerVersion}
	if f.Installed != nil {
		report.VectorVersion = *f.Installed
	}
	report.Warnings = f.warnings()
	return report, f.verdict()
}

func look(ctx context.Context, conn *pgx.Conn) (found, error) {
	rows, err := conn.Query(ctx, `
		SELECT current_database()::text AS database,
		       current_user::text AS role,
		       current_setting('server_version_num')::int AS number,
		       current_setting('server_version') AS server_version,
		       (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS available,
		       (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS installed,
		       r.rolsuper AS superuser,
		       r.rolbypassrls AS bypass_rls,
		       r.rolcreaterole AS create_role,
		       pg_get_userbyid(d.datdba)::text AS owner,
		       pg_has_role(d.datdba, 'USAGE') AS owns_database,
		       EXISTS (SELECT FROM pg_roles WHERE rolname = 'baton_app') AS app_role,
		       EXISTS (SELECT FROM pg_roles a WHERE a.rolname = 'baton_app' AND pg_has_role(a.oid, 'MEMBER')) AS in_app_role
		FROM pg_roles r, pg_database d
		WHERE r.rolname = current_user AND d.datname = current_database()`)
	if err != nil {
		return found{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[found])
}

// verdict is the first reason why the server cannot be used.
func (f found) verdict() error {
	switch {
	case f.Number < minMajor*10000:
		return fmt.Errorf("%w: the server of DATABASE_URL is PostgreSQL %s and Baton needs %d or newer", ErrOtherVersion, f.ServerVersion, minMajor)
	case f.Installed != nil && atLeast(*f.Installed, minVector):
		return nil
	case f.Available == nil || !atLeast(*f.Available, minVector):
		have := "has no pgvector"
		if f.Available != nil {
			have = "has pgvector " + *f.Available
		}
		return fmt.Errorf("%w: the server of DATABASE_URL %s and Baton needs %s or newer: install it on that server (the package postgresql-%d-pgvector where the distribution has it), then start again",
			ErrNoVector, have, minVector, f.Number/10000)
	case f.Installed != nil:
		return fmt.Errorf("%w: the database %q holds pgvector %s and Baton needs %s or newer; %s:\n\n    ALTER EXTENSION vector UPDATE;\n",
			ErrNoVector, f.Database, *f.Installed, minVector, f.whoMust())
	default:
		return fmt.Errorf("%w: the database %q lacks the extension vector; %s:\n\n    CREATE EXTENSION vector;\n",
			ErrNoVector, f.Database, f.whoMust())
	}
}

func (f found) whoMust() string {
	if f.Superuser {
		return fmt.Sprintf("the role %q may add it: run this once in that database", f.Role)
	}
	return "a superuser (on a hosted server, its administrator) must run this once in that database"
}

// warnings are about the role: Baton works as an owner who is bound by row-level
// security, and migrating makes the role baton_app.
func (f found) warnings() []string {
	var warnings []string
	switch {
	case f.Superuser:
		warnings = append(warnings, fmt.Sprintf("DATABASE_URL connects as %q, a superuser, whom row-level security does not bind: use an owner made with  CREATE ROLE baton_owner LOGIN CREATEROLE PASSWORD '…';", f.Role))
	case f.BypassRLS:
		warnings = append(warnings, fmt.Sprintf("DATABASE_URL connects as %q, whom row-level security does not bind: a superuser should run  ALTER ROLE %s NOBYPASSRLS;", f.Role, quoteName(f.Role)))
	}
	if !f.Superuser && !f.CreateRole && !f.InAppRole {
		warnings = append(warnings, f.roleAdvice())
	}
	if !f.Superuser && !f.OwnsDatabase {
		warnings = append(warnings, fmt.Sprintf("%q does not own the database %q (%q does), so migrating may lack rights: a superuser should run  ALTER DATABASE %s OWNER TO %s;",
			f.Role, f.Database, f.Owner, quoteName(f.Database), quoteName(f.Role)))
	}
	return warnings
}

// roleAdvice is for an owner who may not make the role baton_app.
func (f found) roleAdvice() string {
	lines := "CREATE ROLE baton_app NOLOGIN;  GRANT baton_app TO " + quoteName(f.Role) + ";"
	if f.AppRole {
		lines = "GRANT baton_app TO " + quoteName(f.Role) + ";"
	}
	return fmt.Sprintf("%q may not create roles, and migrating needs baton_app: a superuser should run  %s", f.Role, lines)
}

func quoteName(name string) string { return pgx.Identifier{name}.Sanitize() }

// atLeast compares dotted version numbers; what is no number counts as 0.
func atLeast(version, least string) bool {
	a, b := strings.Split(version, "."), strings.Split(least, ".")
	for i := range max(len(a), len(b)) {
		if x, y := part(a, i), part(b, i); x != y {
			return x > y
		}
	}
	return true
}

func part(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, err := strconv.Atoi(parts[i])
	if err != nil {
		return 0
	}
	return n
}
