package dataset

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
)

// stream is the second half of the generators' seeds: datasets draw from a stream of their own.
const stream = 0x64617461736574

// Set is what was read of a file.
type Set struct {
	Name    string
	Entries []Entry // kept, in the order of the file

	// Conversations = Short + Filtered + Passed. Short had fewer than two turns; Filtered did not pass the filter. Of the Passed,
	// Entries holds all, or as many as Options.Keep.
	Conversations, Short, Filtered, Passed int
}

// Entry is one conversation as a request: its prompt, and how long the answer is to be.
type Entry struct {
	Index        int // in the file, from 0
	Prompt       string
	PromptTokens int
	OutputTokens int // of the expected answer
}

// Selection is the requests of a run, in order.
type Selection []Entry

// Sample draws n requests with replacement, each entry with the same chance, as the guide's load generator does. The same set,
// n and seed give the same selection. It is empty when the set is.
func (s Set) Sample(n int, seed uint64) Selection {
	if len(s.Entries) == 0 || n <= 0 {
		return nil
	}
	random := rand.New(rand.NewPCG(seed, stream))
	selection := make(Selection, n)
	for i := range selection {
		selection[i] = s.Entries[random.IntN(len(s.Entries))]
	}
	return selection
}

// Hash is the SHA-256 of all that Sample draws from, prompts and seed, in hexadecimal: of two sets of one hash, Sample returns
// the same selections.
func (s Set) Hash(seed uint64) string {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d\n", seed) // a hash takes everything
	for _, e := range s.Entries {
		_, _ = fmt.Fprintf(h, "%d,%d,%d,%q\n", e.Index, e.PromptTokens, e.OutputTokens, e.Prompt)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Write writes the selection as CSV, a line a request: the conversation's index in the file, its prompt's tokens, its output's
// tokens.
func (s Selection) Write(to io.Writer) error {
	w := bufio.NewWriter(to)
	_, _ = w.WriteString("index,prompt_tokens,output_tokens\n") // Flush has the error
	for _, e := range s {
		_, _ = fmt.Fprintf(w, "%d,%d,%d\n", e.Index, e.PromptTokens, e.OutputTokens)
	}
	return w.Flush()
}

// Hash is the SHA-256 of what Write writes, in hexadecimal.
func (s Selection) Hash() string {
	h := sha256.New()
	_ = s.Write(h) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}
