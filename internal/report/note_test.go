package report

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is noted of many benchmarks is one note, which names the first five; what differs is another.
func TestANoteOnManyIsOne(t *testing.T) {
	var doc Document
	for i := range 7 {
		name := fmt.Sprintf("B%d", i)
		doc.NoteOf(name, "each round has a link of its own")
		doc.NoteOf(name, "each round has a link of its own")
		doc.Note("for all")
		switch i {
		case 0:
			assert.Equal(t, []string{"B0: each round has a link of its own", "for all"}, doc.Notes)
			doc.NoteOf(name, "measured in whole runs")
		case 4:
			assert.Equal(t, "B0, B1, B2, B3, B4: each round has a link of its own", doc.Notes[0])
		}
	}
	assert.Equal(t, []string{
		"B0, B1, B2, B3, B4 and 2 more: each round has a link of its own", "for all", "B0: measured in whole runs",
	}, doc.Notes)
}
