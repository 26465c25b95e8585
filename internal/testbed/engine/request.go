package engine

import (
	"errors"
	"fmt"
	"math"
)

// Why a request is refused or ended, for errors.Is.
var (
	ErrInvalid        = errors.New("invalid request")          // a field is out of its range
	ErrTooLong        = errors.New("too long for the model")   // prompt and output exceed MaxModelLen
	ErrUnknownAdapter = errors.New("unknown adapter")          // not one of Config.Adapters
	ErrQueueFull      = errors.New("too many requests wait")   // MaxWaiting of them
	ErrClosed         = errors.New("the engine is closed")     // or drains
	ErrDevice         = errors.New("the device has failed")    // on one sequence, or altogether
	ErrCanceled       = errors.New("the request is cancelled") // by Stream.Cancel
)

// Request is what an engine is to complete. A deadline, if any, is that of the context it is submitted with.
type Request struct {
	Prompt      []int   // token ids, at least one, all known to the device
	Adapter     string  // "" for the base model
	MaxTokens   int     // ends the output; at least 1
	MinTokens   int     // before which the output does not end; 0 to MaxTokens
	IgnoreEOS   bool    // an EOS does not end the output
	Temperature float64 // at least 0; 0 is greedy
	TopP        float64 // 0-1; 0 means 1, all tokens
	Seed        uint64
	Priority    int // lower is served earlier
}

// check returns why r cannot be served, and r with its defaults filled in.
func (c *Config) check(r Request, vocab int) (Request, error) {
	if r.TopP == 0 {
		r.TopP = 1
	}
	switch {
	case len(r.Prompt) == 0:
		return r, fmt.Errorf("engine: %w: the prompt is empty", ErrInvalid)
	case r.MaxTokens < 1:
		return r, fmt.Errorf("engine: %w: MaxTokens is %d; want at least 1", ErrInvalid, r.MaxTokens)
	case r.MinTokens < 0 || r.MinTokens > r.MaxTokens:
		return r, fmt.Errorf("engine: %w: MinTokens is %d; want 0 to MaxTokens, %d", ErrInvalid, r.MinTokens, r.MaxTokens)
	case !(r.Temperature >= 0) || math.IsInf(r.Temperature, 0):
		return r, fmt.Errorf("engine: %w: temperature is %v; want a number of at least 0", ErrInvalid, r.Temperature)
	case !(r.TopP > 0 && r.TopP <= 1):
		return r, fmt.Errorf("engine: %w: top_p is %v; want above 0 and at most 1", ErrInvalid, r.TopP)
	case len(r.Prompt) > c.MaxModelLen || r.MaxTokens > c.MaxModelLen-len(r.Prompt):
		return r, fmt.Errorf("engine: %w: %d tokens of prompt and %d of output; it takes %d together",
			ErrTooLong, len(r.Prompt), r.MaxTokens, c.MaxModelLen)
	}
	for i, id := range r.Prompt {
		if id < 0 || id >= vocab {
			return r, fmt.Errorf("engine: %w: token %d of the prompt is %d; want 0 to %d", ErrInvalid, i, id, vocab-1)
		}
	}
	return r, nil
}
