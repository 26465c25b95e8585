// Package deploy is a load generator as one file: the test binary of this package, which runs a scenario against a server,
// alone or as one of several shards, and merges what they print. See README.md beside it.
package deploy

import (
	"cmp"
	"flag"
	"os"
	"sync/atomic"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbed/instant"
)

// Settings of the binary. Each has an environment variable as its twin, for a ConfigMap; the flag wins.
var (
	shardFlag = flag.String("workload.shard", "",
		"send part `i/n` of the load (TAILGATE_SHARD; or TAILGATE_SHARDS, with the index of a Kubernetes Job's pod)")
	startFlag = flag.String("workload.start", "",
		"begin so long after the last shard is up, as in 30s, or at this `time`, as in 2026-11-22T12:00:00Z (TAILGATE_START)")
	meetFlag = flag.String("workload.meet", "",
		"`host:port` at which the first shard waits for the others, if the start is no time (TAILGATE_MEET)")
	waitFlag     = flag.String("workload.wait", "", "longest `time` that shards wait for each other (TAILGATE_WAIT; 10m)")
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

// Statuses of a shard that end the Job, since its load cannot be whole.
const (
	exitTooLate  = 3 // it was up too late to begin with the others
	exitNotBegun = 4 // it could not begin: a setting makes no sense, the target does not answer, or the shards did not meet
)

// status is that of the process, where package testing would say 1; 0: as testing says.
var status atomic.Int32

func TestMain(m *testing.M) {
	if instant.Serving() {
		return
	}
	flag.Parse()
	code := m.Run()
	if own := status.Load(); own != 0 {
		code = int(own)
	}
	os.Exit(code)
}
