package regress

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamesTests(t *testing.T) {
	for pattern, want := range map[string]bool{
		"": false, ".": false, "Test": false, "^Test": false, ".*": false, "Test[A-Z]": false, "Test/p95": false, "/p95": false,
		"TestGate": true, "^TestGate$": true, "Gate": true, "TestGate/Chat/p95-ns": true, "TestGate|TestSort": true,
	} {
		assert.Equal(t, want, namesTests(pattern), pattern)
	}
}
