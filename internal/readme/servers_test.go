package readme

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

func TestTheRuleOnErrorsLoads(t *testing.T) {
	page := read(t, "docs/servers.md")
	rule, err := page.Block("json", "errors-percent")
	require.NoError(t, err)
	p, err := policy.Parse("policy.json", []byte(`{"version": 1, "rules": [`+rule.Text+`]}`))
	require.NoError(t, err)
	assert.Equal(t, []policy.Rule{{Metric: "errors-percent", MinRegression: 1}}, p.Rules)
}

// The gate of the page on two servers starts them anew with the page's own script, each side's at both addresses, and leaves each
// at its own. Docker and curl are scripts that write down how they are called.
func TestServersAreStartedAnewAsThePageSays(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a gate for some seconds")
	}
	page := read(t, "docs/servers.md")
	script, err := page.Block("sh", "#!/bin/sh")
	require.NoError(t, err)
	gate, err := page.Block("sh", "go test")
	require.NoError(t, err)
	require.Len(t, gate.Commands(), 1)
	line := gate.Commands()[0].Line

	team := newTeam(t)
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(team.dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(team.dir, name), []byte(text), 0o755))
	}
	write("restart.sh", script.Text)
	write("bin/docker", "#!/bin/sh\necho \"$@\" >>"+filepath.Join(team.dir, "docker.log")+"\n")
	write("bin/curl", "#!/bin/sh\n")
	ports := map[string]string{}
	for side, stands := range map[string]string{"baseline": "http://127.0.0.1:8001", "candidate": "http://127.0.0.1:8002"} {
		address, _ := served(t, "m")
		require.Contains(t, line, stands)
		line = strings.Replace(line, stands, address, 1)
		ports[side] = address[strings.LastIndexByte(address, ':')+1:]
	}
	path := "PATH=" + filepath.Join(team.dir, "bin") + ":" + os.Getenv("PATH")
	out, _ := shell(team.dir, append(team.env, path), line) // how it ends is the machine's
	assert.Regexp(t, `(?s)tailgate TestGate.*workflow +Serving/case=multi-lora/rate=100 in example.com/shop/load`, out)
	assert.NotContains(t, out, "two processes are compared")
	log, err := os.ReadFile(filepath.Join(team.dir, "docker.log"))
	require.NoError(t, err, out)
	started := func(side, at string) string {
		return "run -d --name server-" + ports[at] + " -p " + ports[at] + ":8000 registry.example.com/server:" + side + "\n"
	}
	for _, side := range []string{"baseline", "candidate"} {
		for _, at := range []string{"baseline", "candidate"} {
			assert.Contains(t, string(log), started(side, at))
		}
	}
	last := "rm -f server-" + ports["candidate"] + "\n" + started("candidate", "candidate")
	assert.True(t, strings.HasSuffix(string(log), last), "each is at its own address in the end: %s", log)
}
