package workload

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is one of several processes, on as many machines, that drive one [Load] together: shard i of n sends requests i-1, i-1+n, i-1+2n
// and so on of the load, so that all shards together send exactly what one process would. The zero value is the one process that drives it
// all.
type Shard struct {
	I int // which, from 1
	N int // of how many
}

// mostShards is far more machines than anyone gives a load.
const mostShards = 1000

// ParseShard reads "2/8"; the empty string is the one process.
func ParseShard(text string) (Shard, error) {
	if text == "" {
		return Shard{}, nil
	}
	i, n, _ := strings.Cut(text, "/")
	s := Shard{number(i), number(n)}
	if s.validate() != nil || s.String() != text { // no signs, blanks or leading zeros, and no 0/0
		return Shard{}, fmt.Errorf("shard %q: write i/n, with i from 1 to n and n up to %d, such as 2/8", text, mostShards)
	}
	return s, nil
}

// number is 0 for what is none.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

const (
	shardEnv  = "TAILGATE_SHARD"       // i/n
	shardsEnv = "TAILGATE_SHARDS"      // n, where the number is
	indexEnv  = "JOB_COMPLETION_INDEX" // i-1: Kubernetes gives it to the pods of an Indexed Job
)

// ShardFrom is the shard that environment variables, as os.Getenv has them, ask for: TAILGATE_SHARD is i/n; or TAILGATE_SHARDS is n, and
// JOB_COMPLETION_INDEX, which the pods of a Kubernetes Job of completionMode Indexed have, is i-1. Without any of the first two it is the zero
// value.
func ShardFrom(getenv func(string) string) (Shard, error) {
	whole, n, index := getenv(shardEnv), getenv(shardsEnv), getenv(indexEnv)
	switch {
	case whole != "" && n != "":
		return Shard{}, fmt.Errorf("%s is %q and %s is %q; set one of them", shardEnv, whole, shardsEnv, n)
	case whole != "":
		s, err := ParseShard(whole)
		if err != nil {
			return Shard{}, fmt.Errorf("%s: %w", shardEnv, err)
		}
		return s, nil
	case n == "":
		return Shard{}, nil
	}
	i, err := strconv.Atoi(index)
	if err != nil {
		return Shard{}, fmt.Errorf("%s is %q, but %s is %q: run it as a Job of completionMode Indexed, or set %s", shardsEnv, n, indexEnv, index, shardEnv)
	}
	s := Shard{i + 1, number(n)}
	if s.IsZero() || s.validate() != nil {
		return Shard{}, fmt.Errorf("%s is %q and %s is %q; let the Job's completions, up to %d, be what %[1]s is", shardsEnv, n, indexEnv, index, mostShards)
	}
	return s, nil
}

// IsZero reports whether s is the one process that drives it all.
func (s Shard) IsZero() bool { return s == Shard{} }

// String is the form that ParseShard reads; empty for the zero value.
func (s Shard) String() string {
	if s.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.I, s.N)
}

// validate returns what is wrong with s.
func (s Shard) validate() error {
	if !s.IsZero() && (s.N < 1 || s.N > mostShards || s.I < 1 || s.I > s.N) {
		return fmt.Errorf("there is no shard %d of %d; let I be 1 to N, and N at most %d", s.I, s.N, mostShards)
	}
	return nil
}

// Len is how many of n requests, numbered from 0, are the shard's.
func (s Shard) Len(n int) int {
	if s.IsZero() {
		return n
	}
	return (n + s.N - s.I) / s.N
}

// Number is the number, in the whole load, of the shard's k-th request, k from 0.
func (s Shard) Number(k int) int {
	if s.IsZero() {
		return k
	}
	return s.I - 1 + k*s.N
}

// part is the shard's part of a number of places; those of all shards sum to it.
func (s Shard) part(places int) int { return s.Len(places) }
