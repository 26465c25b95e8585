package readme

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	figure = regexp.MustCompile(`(^|[^\w.-])\d[\d,]*(\.\d+)? ?(%|ns|us|ms|s|seconds|minutes|[kKMGT]i?B|req/s|times|percent)($|[^\w%])`)
	prints = regexp.MustCompile(`\bgo (test|run|tool)\b|\b(Test|Benchmark)[A-Z]\w+|\btailgate -\w|\bgit [a-z]+`)
)

// settings are sections whose figures are no measurements, so that there is no command to print them, and what they are.
var settings = []struct{ page, section, are string }{
	{"workload/serving/deploy/README.md", "## On a cluster", "what the Job asks for"},
	{"docs/accepted.md", "## Within the ceiling", "a constant of the plan"},
	{"docs/anchor.md", "# An anchor", "an example, multiplied"},
	{"docs/field.md", "## What is compared", "limits and margins"},
	{"docs/field.md", "## What is counted", "limits and margins"},
	{"docs/history.md", "## What the page shows", "an example"},
	{"docs/measuring.md", "## A duet", "how long a turn is meant to be"},
	{"docs/measuring.md", "## When it stops", "constants of the plan"},
	{"docs/measuring.md", "## The budget", "the default budget"},
	{"docs/memory.md", "# What a benchmark's process uses", "default floors"},
	{"docs/policy.md", "## The default", "default limits"},
	{"docs/policy.md", "## The default of servers", "default limits"},
	{"docs/replies.md", "## Sides that answer otherwise", "a share that is reckoned with"},
	{"docs/replies.md", "## Throughput and tokens", "how long an end is waited for"},
	{"docs/servers.md", "## A round", "limits and bounds"},
	{"docs/turns.md", "## A turn", "how long turns are meant to be"},
	{"docs/turns.md", "## What a turn does once", "bounds"},
	{"docs/turns.md", "## Later iterations", "bounds"},
	{"docs/why.md", "## What is profiled", "how long profiling may take"},
}

// section is what stands below a heading; above the first, below none.
type section struct {
	heading string
	prose   string // without blocks and code
	all     string
}

func sections(text string) (found []section) {
	found = append(found, section{})
	fenced := false
	for line := range strings.Lines(text) {
		fence := strings.HasPrefix(line, "```")
		if fence {
			fenced = !fenced
		} else if !fenced && strings.HasPrefix(line, "#") {
			found = append(found, section{heading: strings.TrimSpace(line)})
		}
		at := &found[len(found)-1]
		if at.all += line; !fenced && !fence {
			at.prose += line
		}
	}
	for i := range found {
		found[i].prose = code.ReplaceAllString(found[i].prose, "")
	}
	return found
}

// A section that tells what was measured names a command that measures it.
func TestFiguresHaveACommand(t *testing.T) {
	unused := map[[2]string]string{}
	for _, s := range settings {
		unused[[2]string{s.page, s.section}] = s.are
	}
	figures := 0
	for _, name := range pages {
		if name == "CHANGELOG.md" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		for _, s := range sections(string(text)) {
			found := strings.TrimSpace(figure.FindString(s.prose))
			if found == "" {
				continue
			}
			figures++
			if at := [2]string{name, s.heading}; unused[at] != "" {
				delete(unused, at)
				continue
			}
			assert.Regexp(t, prints, s.all, "%s: %s: which command prints %q?", name, s.heading, found)
		}
	}
	require.Greater(t, figures, 30, "sections with figures: are they still found?")
	assert.Empty(t, unused, "these sections have no figures now: take them out of the list")
}
