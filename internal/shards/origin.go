package shards

import (
	"encoding/json"
	"runtime/debug"

	"github.com/tailgate-go/tailgate/policy"
)

// PolicySum is a hash of a policy whose defaults are filled in.
func PolicySum(p policy.Policy) string {
	data, err := json.Marshal(p)
	if err != nil { // of what Validate lets pass there is nothing that JSON does not have
		return err.Error()
	}
	return sum(data)
}

const module = "github.com/tailgate-go/tailgate"

// Version is the version of this module in the running binary: of the tailgate that measures. In a checkout of its own that
// is "(devel)", and the commit says more.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == module {
			return m.Version
		}
	}
	return ""
}
