package regress

import (
	"github.com/tailgate-go/tailgate/internal/progress"
	"github.com/tailgate-go/tailgate/internal/source"
)

// explains reports whether a first gate explains what a gate does: outside of CI, if it is a whole gate and measures two revisions.
func (s settings) explains() bool {
	return !progress.InCI(s.env) && s.shard.IsZero() && s.within == nil && !s.itself && s.plant.IsZero() && s.expect == "" &&
		!s.saved() && !source.IsAddress(s.candidate.Value)
}
