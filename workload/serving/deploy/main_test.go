// Package deploy is a load generator as one file: the test binary of this package, which runs a scenario against a server,
// alone or as one of several shards, and merges what they print. See README.md beside it.
package deploy

import (
	"cmp"
	"flag"
	"os"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbed/instant"
)

// Settings of the binary. Each has an environment variable as its twin, for a ConfigMap; the flag wins.
var (
	shardFlag = flag.String("workload.shard", "",
		"send part `i/n` of the load (TAILGATE_SHARD; or TAILGATE_SHARDS, with the index of a Kubernetes Job's pod)")
	startFlag = flag.String("workload.start", "",
		"begin at this `time`, as in 2026-11-22T12:00:00Z (TAILGATE_START); shards need one")
	scenarioFlag = flag.String("workload.scenario", "", "run the scenario in this `file` (TAILGATE_SCENARIO)")
	targetFlag   = flag.String("workload.target", "", "send to this `address` rather than to the scenario's (TAILGATE_TARGET)")
	betweenFlag  = flag.String("workload.between", "",
		"with a start, begin the next rate so long after a rate's last arrival (TAILGATE_BETWEEN; the scenario's idle, else 30s)")
	inFlag = flag.String("workload.in", "", "merge the outputs of shards in these `files`, a pattern, or - for standard input")
)

// setting is what a flag, else its twin, says.
func setting(value *string, env string) string { return cmp.Or(*value, os.Getenv(env)) }

// getenv is the environment, with what the flag for the shard says in place of all variables for it.
func getenv(name string) string {
	if *shardFlag == "" {
		return os.Getenv(name)
	}
	if name == shardEnv {
		return *shardFlag
	}
	return ""
}

func TestMain(m *testing.M) {
	if instant.Serving() {
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}
