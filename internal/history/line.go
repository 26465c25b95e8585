package history

import (
	"cmp"
	"slices"
	"time"
)

// line are the records that lead to a commit, oldest first: each compares its candidate with what comes before it.
type line struct {
	stops []stop
	// off are the records that are not on it, in the order of their time: branches, and what was measured again.
	off []Record
}

// stop is a commit on the line that was a candidate.
type stop struct {
	Record
	gap  bool // its baseline is not the candidate of the stop before it; always so of the first
	free bool // behind the gap: no ancestry told what comes before it, so the time of commits did
}

// ancestry is what records know of first parents.
type ancestry map[string]string

func newAncestry(records []Record) ancestry {
	parents := ancestry{}
	for _, r := range records {
		child := r.Candidate.Hash
		for _, parent := range r.Lineage {
			parents[child] = parent
			child = parent
		}
	}
	return parents
}

// walk calls visit with the ancestors of a commit, the nearest first, until visit returns false. It returns false if the known
// ancestors end before that.
func (parents ancestry) walk(from string, visit func(hash string) bool) bool {
	for range len(parents) { // a lie may go round in circles
		parent, known := parents[from]
		if !known {
			return false
		}
		if !visit(parent) {
			return true
		}
		from = parent
	}
	return false
}

// distance is how many commits lie between a commit and its ancestor. It is more than any other if to is not known to be an
// ancestor.
func (parents ancestry) distance(from, to string) int {
	n := 0
	if !parents.walk(from, func(hash string) bool { n++; return hash != to }) {
		return len(parents) + 1
	}
	return n
}

// newLine is the line to the candidate of tip, or where that is empty to the candidate that was committed last.
//
// If a candidate has several records, the one with the nearest baseline counts, or of several such the one measured last. If a
// baseline is no candidate, the next stop is its nearest ancestor that is one. If its ancestors are not known, the next stop is the
// candidate committed last before it that is on no branch.
func newLine(records []Record, tip string) line {
	parents := newAncestry(records)
	chosen := map[string]*Record{} // by candidate
	for i := range records {
		r := &records[i]
		if other := chosen[r.Candidate.Hash]; other == nil || nearer(parents, r, other) {
			chosen[r.Candidate.Hash] = r
		}
	}
	if _, known := chosen[tip]; !known {
		tip = last(chosen, func(*Record) bool { return true })
	}
	var l line
	on := map[string]bool{} // commits of the line
	var free bool
	for tip != "" {
		r := chosen[tip]
		l.stops = append(l.stops, stop{Record: *r})
		on[tip] = true
		at := r.Baseline.Hash
		if _, known := chosen[at]; known && !on[at] {
			tip = at
			continue
		}
		tip, free = before(chosen, parents, on, r)
		l.stops[len(l.stops)-1].gap, l.stops[len(l.stops)-1].free = true, free && tip != ""
	}
	slices.Reverse(l.stops)
	for i, r := range records {
		if !on[r.Candidate.Hash] || chosen[r.Candidate.Hash] != &records[i] {
			l.off = append(l.off, r)
		}
	}
	slices.SortStableFunc(l.off, func(a, b Record) int { return a.Began.Compare(b.Began) })
	return l
}

// nearer reports whether a is to be chosen before b, of the same candidate.
func nearer(parents ancestry, a, b *Record) bool {
	by := cmp.Or(
		cmp.Compare(parents.distance(a.Candidate.Hash, a.Baseline.Hash), parents.distance(b.Candidate.Hash, b.Baseline.Hash)),
		b.Baseline.Time.Compare(a.Baseline.Time), b.Began.Compare(a.Began), cmp.Compare(b.Sum, a.Sum))
	return by < 0
}

// before finds the candidate to place before r when r's baseline is no candidate: its nearest ancestor that is one or, with free,
// the one committed last before it. It is empty if there is neither.
func before(chosen map[string]*Record, parents ancestry, on map[string]bool, r *Record) (hash string, free bool) {
	known := parents.walk(r.Baseline.Hash, func(parent string) bool {
		if _, is := chosen[parent]; is && !on[parent] {
			hash = parent
		}
		return hash == ""
	})
	if known {
		return hash, false
	}
	bases := map[string]bool{} // of stops of the line, and their ancestors as far as known
	for at := range on {
		bases[at], bases[chosen[at].Baseline.Hash] = true, true
		parents.walk(at, func(parent string) bool { bases[parent] = true; return true })
	}
	return last(chosen, func(of *Record) bool {
		leaves := bases[of.Baseline.Hash] // a branch leaves the line there
		parents.walk(of.Candidate.Hash, func(parent string) bool { leaves = leaves || bases[parent]; return !leaves })
		return !on[of.Candidate.Hash] && !leaves && isBefore(of.Candidate.Time, r.Baseline.Time)
	}), true
}

func isBefore(a, b time.Time) bool { return !a.IsZero() && !b.IsZero() && !a.After(b) }

// last is the candidate committed last of those that suit; empty where none does.
func last(chosen map[string]*Record, suits func(*Record) bool) string {
	hash := ""
	for at, r := range chosen {
		if suits(r) && (hash == "" || cmp.Or(r.Candidate.Time.Compare(chosen[hash].Candidate.Time), cmp.Compare(at, hash)) > 0) {
			hash = at
		}
	}
	return hash
}
