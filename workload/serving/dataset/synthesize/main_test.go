package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/workload/serving/dataset"
)

func TestTheCommandWritesADataset(t *testing.T) {
	var kept, all bytes.Buffer
	require.NoError(t, run(&kept, []string{"billsum", "20", "7"}))
	require.NoError(t, run(&all, []string{"billsum", "20", "7", "all"}))
	set, err := dataset.Read("kept", &kept, dataset.Options{Filter: dataset.LoadGenerator(1024, 1024)})
	require.NoError(t, err)
	assert.Equal(t, 20, set.Passed)
	set, err = dataset.Read("all", &all, dataset.Options{Filter: dataset.LoadGenerator(1024, 1024)})
	if err == nil {
		assert.Less(t, set.Passed, 20)
	}
}

func TestTheCommandSaysHowItIsUsed(t *testing.T) {
	for _, args := range [][]string{
		nil, {"sharegpt"}, {"sharegpt", "many", "7"}, {"sharegpt", "0", "7"}, {"sharegpt", "1", "-7"}, {"sharegpt", "1", "7", "none"},
		{"sharegpt", "1", "7", "all", "x"},
	} {
		assert.ErrorIs(t, run(nil, args), errUsage, "%q", args)
	}
	assert.ErrorContains(t, run(nil, []string{"poems", "1", "7"}), "write one of sharegpt, billsum, infinity-instruct")
}
