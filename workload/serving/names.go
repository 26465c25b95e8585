package serving

import (
	"cmp"
	"fmt"
	"strings"
)

// names are what an adapter and its tier are called in names of stages; empty where there is none.
type names struct{ adapter, tier string }

// names gives each model its names. Two that cannot be told apart are an error.
func (s Scenario) names() (map[string]names, error) {
	all, taken := map[string]names{}, map[string]string{}
	for _, a := range s.Adapters {
		of := names{adapter: stageOf(a.Name)}
		if other, ok := taken[of.adapter]; ok || strings.HasPrefix(of.adapter, tierPrefix) {
			return nil, fmt.Errorf("scenario %s: adapter %s has the name %s in metrics, which is that of %s; rename it",
				s.Name, a.Name, of.adapter, cmp.Or(other, "a tier"))
		}
		taken[of.adapter] = a.Name
		if a.Tier != "" {
			of.tier = tierPrefix + stageOf(a.Tier)
		}
		all[a.Name] = of
	}
	return all, nil
}

const tierPrefix = "tier."

// stageOf is a name in the characters that a stage's may have: adapter-0 is adapter_0.
func stageOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}
