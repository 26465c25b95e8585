package regress

import (
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/source"
)

// explains reports whether a first gate says what a gate does: where somebody watches, and the whole of a gate measures two
// revisions.
func (s settings) explains() bool {
	return !progress.InCI(s.env) && s.shard.IsZero() && s.within == nil && !s.itself && s.plant.IsZero() && s.expect == "" &&
		!s.saved() && !source.IsAddress(s.candidate.Value)
}
