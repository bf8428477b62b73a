// Package knowledge is what the assistant may know: documents, their passages,
// and the search that finds the passages for a question.
//
// A document is uploaded (Add), fetched (AddURL) or imported (Ingest), read and
// split by package source, and stored as passages with their words. From then on
// it is found. Where there is an embedder another job makes the vectors, in turns
// that documents and workspaces share, and out of the way of answers. Search looks for words (BM25 over a term table) and
// for meaning (vectors in pgvector) at the same time, fuses the two, and says
// how sure it is that the answer is there at all.
//
// It is not the assistant: it finds passages and composes nothing. It is not a
// file store either; the uploaded bytes are kept so that a better reader can
// read them again.
//
// # When something fails
//
// PostgreSQL holds everything. An upload stores file, document and job in one
// transaction, so there is never a file that nobody will index. Indexing
// replaces a document's passages in one transaction: a search sees the old ones
// or the new ones. A worker that dies is started again by River and goes on
// where the stored state says, with the loss of one batch of vectors at most; a
// job for a content that was replaced meanwhile finds the revision moved and ends.
// The job that makes a workspace's vectors ends in the transaction in which it has
// seen, under the lock that writers of passages take first, that none is missing.
//
// What cannot be read ends in StateFailed with a cause and a fix. An embedder
// that does not answer delays the vectors, never the words: documents are found
// by words as soon as they are split, and a search whose embedder fails answers
// from words alone, says so once in the log, and asks the embedder again after
// a pause.
package knowledge
