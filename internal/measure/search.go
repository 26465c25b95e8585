package measure

import (
	"time"

	"github.com/tailgate-go/tailgate/internal/duet"
)

const (
	// growing is how many times as many iterations a turn of the warm-up may have as the turn before it. If the first turn,
	// of one iteration, took longer than trying, the second has two at most: the first may have been slow by its set-up.
	growing = 100
	trying  = 10 * time.Millisecond
	// longSetUp is how long a turn of one iteration takes that may be nearly all set-up. What an iteration takes while the timer
	// stands is not told before turns of more of them take longer.
	longSetUp = longestTurn / 4
)

// search looks for the turns of a benchmark all of whose iterations are alike, by turns of ever more iterations.
type search struct {
	iterations int           // of the next turn; of each turn to come, once they are found
	sides      each[trial]   // what their turns told so far
	first      time.Duration // the longest turn of one iteration
}

// search begins with what an earlier launch found behind a long set-up, if any.
func (b *behind) search() *search {
	s := &search{iterations: max(b.iterations, 1), sides: each[trial]{untried(), untried(), untried()}}
	if b.iterations > 0 {
		for i := range s.sides {
			s.sides[i].stood = b.stood[i]
		}
	}
	return s
}

// keep keeps what was found behind a long set-up for later launches.
func (b *behind) keep(s *search) {
	b.iterations = s.iterations
	for i := range s.sides {
		b.stood[i] = s.sides[i].stood
	}
}

// found adds a turn of each of these sides, and reports whether turns are found. tried is how long the search has taken.
func (s *search) found(of []int, results each[*duet.PlainResult], tried time.Duration) bool {
	n := s.iterations
	var sides []trial
	wall, fills := time.Duration(0), false
	for _, i := range of {
		s.sides[i].add(results[i])
		sides = append(sides, s.sides[i])
		wall, fills = max(wall, results[i].Wall), fills || s.sides[i].fills()
	}
	if n == 1 {
		s.first = max(s.first, wall)
	}
	if s.long() && wall < s.first*3/2 { // the set-up still hides what iterations take
		if more := turnBehind(sides, n); more > n {
			s.iterations = more
			return false
		}
	}
	next := turnOfAll(sides)
	if tried >= 2*warmUpWork && next <= 2*n && !fills {
		s.iterations = min(next, 2*n)
		return true
	}
	if n == 1 && wall > trying {
		next = min(next, 2)
	}
	s.iterations = min(next, growing*n)
	return false
}

// long reports whether the set-up may be long.
func (s *search) long() bool { return s.first >= longSetUp }

// lasts is how long one of the turns that were found takes on the slowest of these sides.
func (s *search) lasts(of []int) (longest time.Duration) {
	for _, i := range of {
		longest = max(longest, s.sides[i].lasts(s.iterations))
	}
	return longest
}
