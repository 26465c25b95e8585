package measure

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

// What is noted of many benchmarks is one note, which names the first five; what differs is another.
func TestANoteOnManyIsOne(t *testing.T) {
	doc := &report.Document{}
	g := &gate{order: Order{Doc: doc}}
	of := func(name string) *measurement {
		return &measurement{gate: g, pair: judge.Pair{Candidate: &judge.Benchmark{ID: policy.ID{Name: name}}}}
	}
	for i := range 7 {
		m := of(fmt.Sprintf("B%d", i))
		m.note("each round has a link of its own")
		m.note("each round has a link of its own")
		g.note("for all")
		switch i {
		case 0:
			assert.Equal(t, []string{"B0: each round has a link of its own", "for all"}, doc.Notes)
			m.note("measured in whole runs")
		case 4:
			assert.Equal(t, "B0, B1, B2, B3, B4: each round has a link of its own", doc.Notes[0])
		}
	}
	assert.Equal(t, []string{
		"B0, B1, B2, B3, B4 and 2 more: each round has a link of its own", "for all", "B0: measured in whole runs",
	}, doc.Notes)
}
