package dataset

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
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

	cold  *openings // of prompts; nil where they are sent as they stand
	talks []talk    // that grow from request to request; nil where each entry stands for itself
	most  int       // of talks under way at once

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

	opening uint64 // number of the words that Text begins with; 0: the prompt's
	shared  int    // bytes of the prompt that others begin with, too
	own     uint64 // number of the words after those
}

// Selection is the requests of a run, in order.
type Selection []Entry

// Sample draws n requests with replacement, each entry with the same chance, as the guide's load generator does. The same set,
// n and seed give the same selection. Of a cold set that is true but for the words that each Text begins with, which are new in
// every selection. It is empty when the set is.
func (s Set) Sample(n int, seed uint64) Selection {
	if len(s.Entries) == 0 || n <= 0 {
		return nil
	}
	random := rand.New(rand.NewPCG(seed, stream))
	if s.talks != nil {
		return s.grown(n, random)
	}
	selection := make(Selection, n)
	begins := map[string]uint64{} // openings of prefixes
	for i := range selection {
		e := s.Entries[random.IntN(len(s.Entries))]
		if s.cold != nil {
			e.opening, e.own = s.cold.next(), s.cold.next()
			if prefix := e.Prompt[:e.shared]; prefix != "" {
				begins[prefix] = cmp.Or(begins[prefix], e.opening)
				e.opening = begins[prefix]
			}
		}
		selection[i] = e
	}
	return selection
}

// Hash is the SHA-256 of all that Sample draws from, prompts, seed, and whether the set is cold, in hexadecimal: of two sets of one
// hash, Sample returns the same selections.
func (s Set) Hash(seed uint64) string { return hex.EncodeToString(s.hash(seed)) }

// Drawn is the first 48 bits of Hash, a number that results can keep: a float64 has it exactly.
func (s Set) Drawn(seed uint64) uint64 { return binary.BigEndian.Uint64(s.hash(seed)) >> 16 }

func (s Set) hash(seed uint64) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%d\n", seed) // a hash takes everything
	if s.cold != nil {
		_, _ = io.WriteString(h, "cold\n")
	}
	if s.talks != nil {
		_, _ = fmt.Fprintf(h, "growing, %d at once\n", s.most)
	}
	for _, e := range s.Entries {
		_, _ = fmt.Fprintf(h, "%d,%d,%d,%q\n", e.Index, e.PromptTokens, e.OutputTokens, e.Prompt)
	}
	return h.Sum(nil)
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
