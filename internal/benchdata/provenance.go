package benchdata

import (
	"slices"
	"strings"
)

// Provenance is what comment lines "# key: value" say of results: of each key its values, in order and each once, 8 at most. They
// are told apart from configuration because benchstat puts files whose configuration differs into separate tables.
type Provenance map[string][]string

// Said is what is said of a key, several values joined with "; "; empty when nothing is.
func (p Provenance) Said(key string) string { return strings.Join(p[key], "; ") }

// add adds a value that is not empty.
func (p Provenance) add(key, value string) {
	if have := p[key]; value != "" && len(have) < 8 && !slices.Contains(have, value) {
		p[key] = append(have, value)
	}
}
