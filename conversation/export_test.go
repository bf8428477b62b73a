package conversation

import "context"

// SayAlone stores a message without waiting for others, for comparison.
func (s *Store) SayAlone(ctx context.Context, in SayInput) (Ack, error) { return s.alone(ctx, in) }

// LimitWaiting is how many messages of a workspace may wait for their commit.
func (s *Store) LimitWaiting(n int) { s.commits.limit = n }
