package server

import (
	"time"

	"github.com/tailgate-go/tailgate/internal/testbed/engine"
	"github.com/tailgate-go/tailgate/internal/testbed/tokens"
)

// output turns the tokens of one request into text, until a stop text.
type output struct {
	words     tokens.Vocabulary
	eos       int // id without a text; -1: none
	minTokens int // before which no stop text counts
	stopper   stopper
	metrics   *metrics

	tokens int       // taken so far
	last   time.Time // At of the last of them
	met    string    // the stop text that ended the output; empty: none yet
	piece  []byte
}

// take appends to dst what a token adds to the text. The text is over when met is set.
func (o *output) take(dst []byte, t engine.Token) []byte {
	if o.tokens++; o.tokens > 1 {
		o.metrics.interToken.Observe(max(0, t.At.Sub(o.last).Seconds()))
	}
	o.last = t.At
	o.piece = o.piece[:0]
	if t.ID != o.eos {
		o.piece = o.words.AppendPiece(o.piece, t.ID)
	}
	dst, o.met = o.stopper.add(dst, o.piece, o.tokens > o.minTokens)
	return dst
}
