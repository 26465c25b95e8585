// Publish shows what the gates of this job left: their reports on the job's page, a mark at each benchmark that fails,
// and the action's outputs. It fails when they left nothing, since a gate that did not run is not a pass.
//
// What it reads is written by the code under test and not trusted: it must not become a command to the runner.
package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if err := publish(); err != nil {
		fmt.Println(mark{level: "error", title: "tailgate", text: err.Error()})
		os.Exit(1)
	}
}

func publish() error {
	folders, err := resultFolders()
	var gates []gate
	if err == nil {
		gates, err = findGates(folders)
	}
	if err != nil { // the comment of an earlier push, which may say that all is well, must not stay
		return errors.Join(err, leavePage(nil))
	}
	outputs := map[string]string{"outcome": "invalid", "folders": strings.Join(folders, "\n")}
	if len(gates) > 0 {
		outputs["outcome"] = gates[0].Outcome
		outputs["verdict"], outputs["report"] = filepath.Join(gates[0].dir, "verdict.json"), filepath.Join(gates[0].dir, "report.md")
	}
	for _, m := range marks(gates) {
		fmt.Println(m)
	}
	err = errors.Join(
		leavePage(gates),
		appendTo(os.Getenv("GITHUB_STEP_SUMMARY"), page(gates, mostOfSummary, "summary.md", "report.md")),
		appendTo(os.Getenv("GITHUB_OUTPUT"), assignments(outputs)))
	if err == nil && len(gates) == 0 {
		err = errors.New("no gate has left a verdict: the log says so if a setting is refused or the tests do not compile; " +
			"else see that the input run matches a test that calls regress.Check, in the packages given, and that -short is not set")
	}
	return err
}

// leavePage leaves what the comment on the pull request is to say.
func leavePage(gates []gate) error {
	name := filepath.Join(os.Getenv("RUNNER_TEMP"), "tailgate-page.md")
	return os.WriteFile(name, []byte(page(gates, mostOfComment, "report.md")), 0o644)
}

// GitHub allows a comment 65,536 characters, and the summary of a step 1 MiB.
const (
	mostOfComment = 60_000
	mostOfSummary = 1_000_000
)

// page is the gates' reports, as many as fit, each from the first of the files that does; of the first gate's last file what fits,
// which begins with the failures.
func page(gates []gate, most int, files ...string) string {
	if len(gates) == 0 {
		return "## tailgate\n\n**FAIL: invalid: no gate has left a verdict**\n"
	}
	var b strings.Builder
	left := 0
	for _, g := range gates {
		text := g.report(most-b.Len(), files)
		if text == nil && b.Len() == 0 {
			text = g.head(most, files[len(files)-1])
		}
		if text == nil {
			left++
			continue
		}
		b.Write(text)
		b.WriteByte('\n')
	}
	if left > 0 {
		fmt.Fprintf(&b, "Left out here: %d of %d reports.\n", left, len(gates))
	}
	return b.String()
}

// report is the first of the gate's files that has at most so many bytes; nil when none has.
func (g gate) report(most int, files []string) []byte {
	for _, name := range files {
		if text, err := readPlain(g.dir, name, max(most, 0)); err == nil {
			return text
		}
	}
	return nil
}

// head is as much of a file as fits, and says so; nil when there is no such file.
func (g gate) head(most int, file string) []byte {
	text, err := readPlain(g.dir, file, most)
	if err != nil && !errors.Is(err, errTooLarge) {
		return nil
	}
	return append(text[:bytes.LastIndexByte(text, '\n')+1], "\n(cut here: "+file+" has the rest)\n"...)
}

// assignments are outputs as the runner reads them, each until a line that nobody can guess.
func assignments(outputs map[string]string) string {
	var b strings.Builder
	for name, value := range outputs {
		end := rand.Text()
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", name, end, value, end)
	}
	return b.String()
}

func appendTo(name, text string) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
