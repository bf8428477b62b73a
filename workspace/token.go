package workspace

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/google/uuid"
)

// secretBytes is the entropy of a token: 256 bits cannot be guessed, and need no rate limit to stay so.
const secretBytes = 32

// Token is a bearer secret that carries the workspace it belongs to. Print it once; store only its Hash.
type Token struct {
	Workspace uuid.UUID
	secret    string
}

// NewToken makes a token for a workspace.
func NewToken(workspaceID uuid.UUID) Token {
	var raw [secretBytes]byte
	_, _ = rand.Read(raw[:]) // It never fails: the runtime stops the program where the system has no randomness.
	return Token{Workspace: workspaceID, secret: base64.RawURLEncoding.EncodeToString(raw[:])}
}

// ParseToken reads a token from its text. The error wraps ErrToken.
func ParseToken(text string) (Token, error) {
	version, rest, _ := strings.Cut(text, ".")
	id, secret, ok := strings.Cut(rest, ".")
	workspaceID, err := uuid.Parse(id)
	if version != "v1" || !ok || err != nil || len(secret) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return Token{}, fmt.Errorf("parse token: %w", ErrToken)
	}
	return Token{Workspace: workspaceID, secret: secret}, nil
}

// String is the text that the bearer keeps.
func (t Token) String() string { return "v1." + t.Workspace.String() + "." + t.secret }

// Hash is what the database keeps. A plain hash is enough for a secret of 256 random bits.
func (t Token) Hash() []byte {
	sum := sha256.Sum256([]byte(t.secret))
	return sum[:]
}

var keyEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// publicKeyTail is the random part of an inbox key, in bytes: enough that two inboxes of a workspace never share one.
const publicKeyTail = 5

// NewPublicKey makes the key by which a site's script tag names its inbox. It is no secret; it carries the workspace id.
func NewPublicKey(workspaceID uuid.UUID) string {
	var tail [publicKeyTail]byte
	_, _ = rand.Read(tail[:])
	return "pk_" + keyEncoding.EncodeToString(append(workspaceID[:], tail[:]...))
}

// WorkspaceOfKey returns the workspace that an inbox key names. The error wraps ErrInbox.
func WorkspaceOfKey(key string) (uuid.UUID, error) {
	rest, ok := strings.CutPrefix(key, "pk_")
	if !ok {
		return uuid.Nil, fmt.Errorf("read inbox key: %w", ErrInbox)
	}
	raw, err := keyEncoding.DecodeString(rest)
	if err != nil || len(raw) != 16+publicKeyTail {
		return uuid.Nil, fmt.Errorf("read inbox key: %w", ErrInbox)
	}
	return uuid.UUID(raw[:16]), nil
}
