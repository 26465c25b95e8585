package benchdata

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProvenanceKeepsValuesApart(t *testing.T) {
	p := Provenance{}
	for _, value := range []string{"a; b", "b", "", "a; b"} {
		p.add("binary", value)
	}
	assert.Equal(t, []string{"a; b", "b"}, p["binary"])
	assert.Equal(t, "a; b; b", p.Said("binary"))
	assert.Empty(t, p.Said("commit"))
	for i := range 20 {
		p.add("seed", strconv.Itoa(i))
	}
	assert.Len(t, p["seed"], 8)
}
