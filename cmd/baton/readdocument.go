package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/baton-chat/baton/knowledge/reader"
)

// readDocumentCommand is how this program is started as a reader of documents.
const readDocumentCommand = "read-document"

// readDocument is the child that parses one document under limits; package reader tells them.
func readDocument(ctx context.Context, p *program) error {
	return reader.Main(ctx, p.stdin, p.stdout)
}

// watchDocuments sets documents going again that stand still.
func (s *services) watchDocuments(ctx context.Context) error {
	return s.house.knowledge.Watch(ctx, func(ctx context.Context) ([]uuid.UUID, error) {
		spaces, err := s.house.workspaces.All(ctx)
		ids := make([]uuid.UUID, len(spaces))
		for i, w := range spaces {
			ids[i] = w.ID
		}
		return ids, err
	})
}

// newReader reads documents in children of this very program.
func newReader(log *slog.Logger) (*reader.Reader, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, which reads documents: %w", err)
	}
	if n := reader.Sweep(time.Now()); n > 0 {
		log.Info("removed what killed servers left of documents they were reading", slog.Int("directories", n))
	}
	return reader.New(reader.Config{Command: []string{self, readDocumentCommand}, PDFToText: reader.FindPDFToText(), Log: log}), nil
}
