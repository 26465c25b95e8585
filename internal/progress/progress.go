// Package progress tells what a gate does while it does it.
package progress

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/report"
)

// Display tells what a gate does: lines that stay, and where somebody watches a terminal one line that changes. What cannot be
// shown is no reason not to judge.
type Display struct {
	lines io.Writer
	plan  io.Writer // who is told what will be measured, and what that waits for
	live  io.Writer // the terminal; nil when nobody watches
	width int       // of the terminal, in columns
	shown bool      // whether the line that changes is there
	said  time.Time // when the last line was told that only tells that it goes on
}

// New tells lines, and more on the terminal that is given, if it is one where a line can change. Both may be nil.
func New(lines io.Writer, terminal *os.File) *Display {
	if lines == nil {
		lines = io.Discard
	}
	return newDisplay(lines, lines, terminal)
}

// Quiet tells a file only what will be measured and what that waits for, and more if it is a terminal where a line can change.
func Quiet(file *os.File) *Display { return newDisplay(io.Discard, file, file) }

func newDisplay(lines, plan io.Writer, terminal *os.File) *Display {
	d := &Display{lines: lines, plan: plan}
	if width, ok := terminalWidth(terminal); ok && !InCI(os.Getenv) && !isDumb() {
		d.live, d.width = terminal, width
	}
	return d
}

// systems are variables that CI sets where it does not set CI: Azure Pipelines, Jenkins, TeamCity, Buildkite, AWS CodeBuild.
var systems = []string{"TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "BUILDKITE", "CODEBUILD_BUILD_ID"}

// InCI reports whether a job of this environment is CI's, where nobody watches: GitHub, GitLab and most others set CI, and whoever
// sets it to false says that it is none.
func InCI(env func(string) string) bool {
	if ci := env("CI"); ci != "" {
		return ci != "false"
	}
	return slices.ContainsFunc(systems, func(name string) bool { return env(name) != "" })
}

// isDumb reports whether the terminal can only be written to line by line.
func isDumb() bool {
	term := os.Getenv("TERM")
	return term == "" || term == "dumb"
}

// Colourful reports whether what is written there may have colours: on a terminal that knows them, unless NO_COLOR is set
// (https://no-color.org).
func Colourful(f *os.File) bool {
	_, ok := terminalWidth(f)
	return ok && os.Getenv("NO_COLOR") == "" && !isDumb() && !InCI(os.Getenv)
}

// Say tells a line that stays.
func (d *Display) Say(format string, args ...any) {
	d.Clear()
	fmt.Fprintln(d.lines, report.Plain(fmt.Sprintf(format, args...)))
}

// Plan tells in a line that stays what will be measured, or what that waits for.
func (d *Display) Plan(format string, args ...any) {
	d.Clear()
	fmt.Fprintln(d.plan, report.Plain(fmt.Sprintf(format, args...)))
}

// GoOn tells that the measuring goes on: at once where somebody watches, else every 10 seconds.
func (d *Display) GoOn(now report.Progress) {
	if d.live != nil {
		d.Clear()
		fmt.Fprint(d.live, now.Live(d.width-1))
		d.shown = true
		return
	}
	if time.Since(d.said) >= 10*time.Second {
		d.said = time.Now()
		d.Say("%s", now.Plain())
	}
}

// Looked tells what a look at the rounds has found. Who watches is told only what is settled: the rest changes soon.
func (d *Display) Looked(now report.Progress, settled bool) {
	d.said = time.Now()
	if d.live != nil && !settled {
		d.GoOn(now)
		return
	}
	for _, line := range now.Looked() {
		d.Say("%s", line)
	}
}

// Clear takes the line that changes away.
func (d *Display) Clear() {
	if d.shown {
		fmt.Fprint(d.live, "\r\x1b[K")
		d.shown = false
	}
}
