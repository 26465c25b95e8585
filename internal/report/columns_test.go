package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "p95 µs": 6, "Straße": 6, "世界": 4, "サーブ": 6, "한글": 4, "Ａ１": 4, "🚀🙂": 4, "😀…": 3, "e\u0301": 1, ":\u200b:": 2, "\ufffd": 1,
	} {
		assert.Equal(t, want, columns(text), text)
	}
}

// What is laid out is as wide as may be, and begins where its column does, whatever it is written in.
func TestTableLines(t *testing.T) {
	of := table{header: []string{"name", "ns", "note"}, align: "lrl", rows: [][]string{
		{"世界", "1", "a"}, {"Sort", "1234", "what is said of it at some length"},
	}}
	assert.Equal(t, []string{
		"name    ns  note",
		"世界     1  a",
		"Sort  1234  what is said",
		"            of it at",
		"            some length",
	}, of.lines(24))
}
