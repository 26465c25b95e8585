package deploy

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tailgate-go/tailgate/internal/fleet"
)

// TestMerge puts the outputs of all shards together, prints what one load generator would have printed, and fails when they are not
// all of one load.
func TestMerge(t *testing.T) {
	if *inFlag == "" {
		t.Skip("nothing to merge: name files with -workload.in")
	}
	in, err := openAll(*inFlag)
	if err != nil {
		t.Fatal(err)
	}
	wholes, err := fleet.Merge(in)
	if err != nil {
		t.Fatalf("invalid: %v", err)
	}
	if err := fleet.WriteBenchmarks(os.Stdout, wholes); err != nil {
		t.Fatal(err)
	}
	for _, w := range wholes {
		for _, reason := range w.Invalid {
			t.Errorf("invalid: %s: %s", w.Benchmark, reason)
		}
	}
}

// openAll reads the files of a pattern, one after the other; - is standard input.
func openAll(pattern string) (io.Reader, error) {
	if pattern == "-" {
		return os.Stdin, nil
	}
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New(pattern + ": no such files")
	}
	var all []io.Reader
	for _, name := range names {
		f, err := os.Open(name) // read to its end, and closed with the process
		if err != nil {
			return nil, err
		}
		all = append(all, f, strings.NewReader("\n")) // an output cut short has no line end
	}
	return io.MultiReader(all...), nil
}
