package benchdata

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

func TestSplitProcs(t *testing.T) {
	for _, tt := range []struct {
		printed, name string
		procs         int
	}{
		{"Serve-2", "Serve", 2},
		{"Serve", "Serve", 1},
		{"Serve/rate=300-16", "Serve/rate=300", 16},
		{"Serve-1", "Serve-1", 1}, // testing writes no -1
		{"Serve-02", "Serve-02", 1},
		{"Serve-20261122", "Serve-20261122", 1},
		{"Serve-", "Serve-", 1},
		{"-2", "", 2},
		{"2", "2", 1},
		{"", "", 1},
	} {
		name, procs := splitProcs(tt.printed)
		assert.Equal(t, tt.name, name, tt.printed)
		assert.Equal(t, tt.procs, procs, tt.printed)
		if b := (Benchmark{ID: policy.ID{Name: name, Procs: procs}}); b.String() != tt.printed {
			t.Errorf("%q is printed as %q", tt.printed, b)
		}
	}
}
