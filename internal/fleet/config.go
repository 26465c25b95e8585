package fleet

import (
	"bytes"
	"slices"
	"strings"
)

// configKeys are of the lines "key: value" in which testing says what it runs on, in its order.
var configKeys = []string{"goos", "goarch", "pkg", "cpu"}

const (
	mostConfigValues = 8   // that differ, of a key
	mostConfigValue  = 200 // bytes
)

// config is what the shards' outputs say of what they ran on: of each key its values, each once.
type config map[string][]string

// add adds a line, if it is one of those.
func (c config) add(line []byte) {
	key, value, ok := bytes.Cut(line, []byte(": "))
	if name := string(key); ok && slices.Contains(configKeys, name) && len(value) <= mostConfigValue {
		if have := c[name]; len(have) < mostConfigValues && !slices.Contains(have, string(value)) {
			c[name] = append(have, string(value))
		}
	}
}

// lines are those that one load generator would have printed. Where shards ran on several kinds of machines all are named, in one
// order: benchstat then compares the load with one that had the same.
func (c config) lines() []string {
	var all []string
	for _, key := range configKeys {
		if values := c[key]; len(values) > 0 {
			all = append(all, key+": "+strings.Join(slices.Sorted(slices.Values(values)), "; "))
		}
	}
	return all
}
