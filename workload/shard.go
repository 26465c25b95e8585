package workload

import "github.com/tailgate-go/tailgate/internal/part"

// Shard is one of several processes, on as many machines, that drive one [Load] together. Shard{I: 2, N: 8} is the second of eight.
// Shard i of n sends requests i-1, i-1+n, i-1+2n and so on, so that all shards together send exactly what one process would.
// The zero value is the one process that sends all of them.
type Shard = part.Part

// of is when the shard's requests are due.
func (s Schedule) of(shard Shard) Schedule {
	if shard.IsZero() {
		return s
	}
	own := make(Schedule, shard.Len(len(s)))
	for k := range own {
		own[k] = s[shard.Number(k)]
	}
	return own
}
