// Package trouble holds TROUBLESHOOTING.md to the code: each text on it is one that the code has, and each that the code has and that does not say
// what to do is on it.
package trouble

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

var write = flag.Bool("write", false, "write TROUBLESHOOTING.md")

// sections are the files whose texts say what to do, a pattern a word.
var sections = []struct{ title, files string }{
	{"Settings, baselines and what is measured", "regress/*.go internal/bounded/*.go internal/source/*.go internal/measure/*.go internal/output/*.go internal/saved/*.go"},
	{"Policies", "policy/*.go"},
	{"Verdicts", "internal/judge/*.go"},
	{"Git, builds and processes", "internal/testbin/*.go"},
	{"Files of saved results", "internal/benchdata/*.go"},
	{"Planted slowdowns", "internal/duet/plant.go"},
	{"Turns", "internal/duet/peer.go"},
	{"Division among shards", "internal/shards/*.go"},
	{"Workloads and loads", "workload/*.go"},
	{"Serving", "workload/serving/*.go"},
	{"Datasets", "workload/serving/dataset/*.go"},
}

// outcomes are those of package policy, in its order.
var outcomes = []struct {
	outcome     policy.Outcome
	cause, cure string
}{
	{policy.OK, "Within a limit. The report says which changes were too small to be seen.", "Nothing."},
	{policy.Improved, "Better by more than both limits, and significant.", "Nothing."},
	{policy.Regressed, "Worse by more than both limits, and significant.",
		"The report names the functions that grew. To see it again: the command under `again` in the report. If it is meant: raise the limit in the policy, in the same change."},
	{policy.Inconclusive, "Worse by more than both limits, and not significant.",
		"The reason says what would settle it: more rounds, a quieter machine, a wider limit. `\"on_inconclusive\": \"warn\"` lets it pass."},
	{policy.Invalid, "Must not be judged: nothing is known of the change.", "The reason says what to do; more of it is below."},
	{policy.Added, "The baseline has no such benchmark yet.", "Nothing; it is judged from the next change on."},
}

func TestPageIsWhatTheCodeSays(t *testing.T) {
	page := newPage(t)
	file := filepath.Join("..", "..", "TROUBLESHOOTING.md")
	if *write {
		require.NoError(t, os.WriteFile(file, []byte(page), 0o644))
	}
	committed, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, page, string(committed), "write it again: go test ./internal/trouble -write")
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(readme), "(TROUBLESHOOTING.md)"), "the README has no link to it")
}

func TestTextWithoutACureIsOnThePage(t *testing.T) {
	known := slices.Clone(unseen)
	for _, topic := range topics {
		for _, trouble := range topic.troubles {
			known = append(known, trouble.says...)
		}
	}
	for _, s := range sections {
		for _, one := range texts(t, strings.Fields(s.files)...) {
			if one.cure != "" && one.cure != "…" {
				continue
			}
			assert.True(t, slices.ContainsFunc(known, func(says string) bool { return strings.Contains(one.fact, says) }),
				"%s says %q, and not what to do: say it there after a semicolon, or add it to the topics here", s.files, one.fact)
		}
	}
}

func TestPageHasNoTextThatTheCodeHasNot(t *testing.T) {
	var all []string
	for _, s := range append(sections, struct{ title, files string }{"", "internal/duet/*.go"}) {
		all = append(all, literals(t, strings.Fields(s.files)...)...)
	}
	has := func(says string) {
		assert.True(t, slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, says) }), "the code has no %q", says)
	}
	for _, topic := range topics {
		for _, trouble := range topic.troubles {
			for _, says := range trouble.says {
				has(says)
			}
		}
	}
	for _, says := range unseen {
		has(says)
	}
}

// shown is how many texts stand in one row.
const shown = 6

func newPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Troubleshooting\n\nWhat a gate may say, why, and what to do. A failure says what stood in the way, and most say what to do; look here for the rest. " +
		"`…` stands for what varies.\nWritten from the code by `go test ./internal/trouble -write`, and held to it by a test.\n\n" +
		"## Outcomes\n\n| outcome | why | what to do |\n|---|---|---|\n")
	for _, o := range outcomes {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", o.outcome, o.cause, o.cure)
	}
	for _, topic := range topics {
		fmt.Fprintf(&b, "\n## %s\n\n| it says | why | what to do |\n|---|---|---|\n", topic.title)
		for _, trouble := range topic.troubles {
			var says []string
			for _, text := range trouble.says[:min(len(trouble.says), shown)] {
				says = append(says, code(strings.TrimPrefix(text, "…: ")))
			}
			if len(trouble.says) > shown {
				says = append(says, "and others like these")
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", strings.Join(says, "<br>"), trouble.cause, trouble.cure)
		}
	}
	b.WriteString("\n## What says itself what to do\n")
	for _, s := range sections {
		rows := ""
		for _, one := range texts(t, strings.Fields(s.files)...) {
			if fact := strings.TrimPrefix(one.fact, "…: "); one.cure != "" && one.cure != "…" && len(word.FindAllString(fact, -1)) > 1 {
				rows += fmt.Sprintf("| %s | %s |\n", code(fact), code(strings.TrimSuffix(one.cure, ": …")))
			}
		}
		if rows != "" {
			fmt.Fprintf(&b, "\n### %s\n\n| it says | what to do |\n|---|---|\n%s", s.title, rows)
		}
	}
	return b.String()
}

// code is a text as code in a table.
func code(text string) string {
	return "`` " + strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "|", `\|`) + " ``"
}
