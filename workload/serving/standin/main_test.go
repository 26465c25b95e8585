package main

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAFlagIsNoAddress(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for _, flag := range []string{"-h", "-help", "--help"} {
		assert.NoError(t, run(t.Context(), []string{flag}), "it returns, and starts nothing")
	}
	for _, args := range [][]string{{"-port=1"}, {"127.0.0.1:0", "--verbose"}} {
		assert.ErrorContains(t, run(ended, args), "there are no flags but -h")
	}
	assert.NoError(t, run(ended, []string{"127.0.0.1:0"}))
}
