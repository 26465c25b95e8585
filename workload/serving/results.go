package serving

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tailgate-go/tailgate/internal/wholefile"
)

// resultsVersion is that of the form of the file of results.
const resultsVersion = 1

// results are the file of results: results.schema.json describes it.
type results struct {
	Version  int       `json:"version"`
	Scenario Scenario  `json:"scenario"`
	Target   Target    `json:"target"`
	Dataset  string    `json:"dataset_sha256"`
	Runs     []outcome `json:"runs"`
}

// keep keeps what runs of a benchmark came to, in the place of those that it had before, and writes all that are kept to the file
// of results, if there is one: a benchmark has several runs until testing has enough, and the last one counts.
func (c *course) keep(b *testing.B, runs ...outcome) error {
	c.kept = slices.DeleteFunc(c.kept, func(o outcome) bool { return o.of == b })
	for _, o := range runs {
		o.of = b
		if c.options.Handover != "" {
			var err error
			if o.written, err = o.times.written(); err != nil {
				return err
			}
		}
		c.kept = append(c.kept, o)
	}
	if c.options.Handover != "" {
		if err := c.handOver(); err != nil {
			return err
		}
	}
	if c.options.Results == "" {
		return nil
	}
	r := results{Version: resultsVersion, Scenario: c.scenario, Target: c.target.public(), Runs: append([]outcome{}, c.kept...)}
	r.Dataset = c.set.Hash(c.scenario.Dataset.Seed)
	r.Scenario.Target = c.scenario.Target.public()
	return writeJSON(c.options.Results, r)
}

// writeJSON replaces a file as a whole.
func writeJSON(file string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(wholefile.Write(root, filepath.Base(file), wholefile.Text(string(text)+"\n")), root.Close())
}

// public is the target without what may be a secret: the values of its headers.
func (t Target) public() Target {
	if t.Headers == nil {
		return t
	}
	headers := map[string]string{}
	for name := range t.Headers {
		headers[name] = "..."
	}
	t.Headers = headers
	return t
}
