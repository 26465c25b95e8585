package server

import "bytes"

// stopper looks for the stop texts in a text that comes piece by piece, and holds back what may be the beginning of one,
// so that nothing of a stop text is ever sent. Its zero value stops at nothing.
type stopper struct {
	stops []string
	held  []byte // the end of the text so far that a stop text begins with
}

// add takes the next piece and appends to dst what may be sent. When stop is not empty it has been met: dst ends before it, and
// the text is over. The stop text that is complete first counts; of several that one piece completes, the one that begins first,
// and of those the first of the list. Pieces that come while look is false complete none, but a stop text may begin in them.
func (s *stopper) add(dst, piece []byte, look bool) (text []byte, stop string) {
	if len(s.stops) == 0 {
		return append(dst, piece...), ""
	}
	s.held = append(s.held, piece...)
	if look {
		at := len(s.held)
		for _, candidate := range s.stops {
			if i := bytes.Index(s.held, []byte(candidate)); i >= 0 && i < at {
				at, stop = i, candidate
			}
		}
		if stop != "" {
			dst = append(dst, s.held[:at]...)
			s.held = s.held[:0]
			return dst, stop
		}
	}
	keep := s.begins()
	free := len(s.held) - keep
	dst = append(dst, s.held[:free]...)
	s.held = append(s.held[:0], s.held[free:]...)
	return dst, ""
}

// rest appends what was held back to dst: the text is over, and no stop text was met.
func (s *stopper) rest(dst []byte) []byte {
	dst = append(dst, s.held...)
	s.held = s.held[:0]
	return dst
}

// begins is the length of the longest end of held that a stop text begins with and goes on after.
func (s *stopper) begins() int {
	longest := 0
	for _, stop := range s.stops {
		for n := min(len(stop)-1, len(s.held)); n > longest; n-- {
			if string(s.held[len(s.held)-n:]) == stop[:n] {
				longest = n
			}
		}
	}
	return longest
}
