package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/baton-chat/baton/knowledge/reader"
)

// readDocumentCommand is how this program is started as a reader of documents.
const readDocumentCommand = "read-document"

// readDocument is the child that parses one document under limits; package reader tells them.
func readDocument(ctx context.Context, p *program) error {
	return reader.Main(ctx, p.stdin, p.stdout)
}

// newReader reads documents in children of this very program.
func newReader(log *slog.Logger) (*reader.Reader, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, which reads documents: %w", err)
	}
	return reader.New(reader.Config{Command: []string{self, readDocumentCommand}, PDFToText: reader.FindPDFToText(), Log: log}), nil
}
