package shards

import (
	"fmt"
	"strconv"
	"strings"
)

// Part is one shard of several. The zero value is no shard: the whole.
type Part struct {
	I int // from 1
	N int // in all
}

// mostParts is far more machines than anybody gives a gate.
const mostParts = 1000

// ParsePart reads "2/3"; the empty string is the whole.
func ParsePart(s string) (Part, error) {
	if s == "" {
		return Part{}, nil
	}
	i, n, _ := strings.Cut(s, "/")
	p := Part{number(i), number(n)}
	if err := p.check(); err != nil || p.String() != s { // no signs, blanks or leading zeros
		return Part{}, fmt.Errorf("shard %q: write i/n with i from 1 to n and n up to %d, such as 2/3", s, mostParts)
	}
	return p, nil
}

// number is 0 for what is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func (p Part) check() error {
	if p.N < 1 || p.N > mostParts || p.I < 1 || p.I > p.N {
		return fmt.Errorf("there is no shard %d of %d", p.I, p.N)
	}
	return nil
}

// IsZero reports whether p is the whole.
func (p Part) IsZero() bool { return p == Part{} }

// String is the form that ParsePart reads.
func (p Part) String() string {
	if p.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d/%d", p.I, p.N)
}
