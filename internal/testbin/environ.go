package testbin

import (
	"os"
	"slices"
	"strings"
)

// ownPrefixes are of variables with which a gate is set, or speaks to its children. A benchmark binary may hold a gate of its own,
// and must not take this one's orders for its own.
var ownPrefixes = []string{"REGRESS_", "TAILGATE_"}

// repositoryVariables tie git to one repository: set inside a git hook, they would aim every worktree's git at the wrong one.
// Those that carry configuration are kept (`git rev-parse --local-env-vars` lists both).
var repositoryVariables = []string{
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE",
	"GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
}

// benchmarkEnviron is what a benchmark binary inherits: no secrets but those to keep. PWD goes because its length differs from side
// to side: see Scratch.mkdir.
func benchmarkEnviron(keep []string) []string {
	return inherit(append([]string{"GOCOVERDIR", "PWD", "OLDPWD"}, Withheld(keep)...)...)
}

// toolEnviron is what git and the go command inherit: no prompts, no lock taken just to look, and messages that can be matched.
// They keep secrets, with which modules are fetched: neither runs the code that it checks out and builds.
func toolEnviron() []string {
	return append(inherit(append([]string{"GOCOVERDIR", "PWD"}, repositoryVariables...)...),
		"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
}

// inherit is the environment less the gate's own variables and the named ones.
func inherit(except ...string) []string {
	return slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(except, name) ||
			slices.ContainsFunc(ownPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
}
