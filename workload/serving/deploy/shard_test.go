package deploy

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/part"
)

const (
	shardEnv  = "TAILGATE_SHARD"       // i/n
	shardsEnv = "TAILGATE_SHARDS"      // n, where the index is
	indexEnv  = "JOB_COMPLETION_INDEX" // i-1: Kubernetes sets it for the pods of an Indexed Job
)

// shardFrom is the shard that environment variables, as os.Getenv has them, ask for: either TAILGATE_SHARD is i/n;
// or TAILGATE_SHARDS is n, and JOB_COMPLETION_INDEX, which the pods of a Kubernetes Job of completionMode Indexed have, is i-1.
// Without TAILGATE_SHARD and TAILGATE_SHARDS it is the whole.
func shardFrom(getenv func(string) string) (part.Part, error) {
	whole, n, index := getenv(shardEnv), getenv(shardsEnv), getenv(indexEnv)
	switch {
	case whole != "" && n != "":
		return part.Part{}, fmt.Errorf("%s is %q and %s is %q; set one of them", shardEnv, whole, shardsEnv, n)
	case whole != "":
		p, err := part.Parse(whole)
		if err != nil {
			return part.Part{}, fmt.Errorf("%s: %w", shardEnv, err)
		}
		return p, nil
	case n == "":
		return part.Part{}, nil
	}
	i, err := strconv.Atoi(index)
	if err != nil {
		return part.Part{}, fmt.Errorf("%s is %q, but %s is %q: run it as a Job of completionMode Indexed, or set %s",
			shardsEnv, n, indexEnv, index, shardEnv)
	}
	p, err := part.Parse(fmt.Sprintf("%d/%s", i+1, n))
	if err != nil {
		return part.Part{}, fmt.Errorf("%s is %q and %s is %q; let the Job's completions, up to 1000, be what %[1]s is",
			shardsEnv, n, indexEnv, index)
	}
	return p, nil
}

func TestTheEnvironmentSaysWhichShard(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
		want part.Part
		says string
	}{
		{"nothing", nil, part.Part{}, ""},
		{"a Job that is not sharded", map[string]string{"JOB_COMPLETION_INDEX": "0"}, part.Part{}, ""},
		{"by name", map[string]string{"TAILGATE_SHARD": "3/8", "JOB_COMPLETION_INDEX": "0"}, part.Part{I: 3, N: 8}, ""},
		{"the first pod of an Indexed Job", map[string]string{"TAILGATE_SHARDS": "8", "JOB_COMPLETION_INDEX": "0"},
			part.Part{I: 1, N: 8}, ""},
		{"the last", map[string]string{"TAILGATE_SHARDS": "8", "JOB_COMPLETION_INDEX": "7"}, part.Part{I: 8, N: 8}, ""},
		{"more pods than shards", map[string]string{"TAILGATE_SHARDS": "8", "JOB_COMPLETION_INDEX": "8"}, part.Part{},
			`TAILGATE_SHARDS is "8" and JOB_COMPLETION_INDEX is "8"; let the Job's completions, up to 1000, be what TAILGATE_SHARDS is`},
		{"no index below", map[string]string{"TAILGATE_SHARDS": "0", "JOB_COMPLETION_INDEX": "-1"}, part.Part{},
			`let the Job's completions, up to 1000, be what TAILGATE_SHARDS is`},
		{"no number", map[string]string{"TAILGATE_SHARDS": "many", "JOB_COMPLETION_INDEX": "0"}, part.Part{},
			`TAILGATE_SHARDS is "many"`},
		{"a Job that is not Indexed", map[string]string{"TAILGATE_SHARDS": "8"}, part.Part{},
			"run it as a Job of completionMode Indexed, or set TAILGATE_SHARD"},
		{"both", map[string]string{"TAILGATE_SHARDS": "8", "TAILGATE_SHARD": "1/8"}, part.Part{}, "set one of them"},
		{"garbage", map[string]string{"TAILGATE_SHARD": "9/8"}, part.Part{}, `TAILGATE_SHARD: shard "9/8": write i/n with`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := shardFrom(func(name string) string { return c.env[name] })
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
			} else {
				require.NoError(t, err)
			}
			assert.Equal(t, c.want, got)
		})
	}
}
