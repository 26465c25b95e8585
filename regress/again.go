package regress

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/source"
)

// rerun is how a gate is run again.
type rerun struct {
	in   string                        // in which folder: "of go.mod"
	line func(name, pkg string) string // what is typed there for the gate of that name, of the test in the package pkg
}

// byTest runs the test again in which a gate is.
var byTest = rerun{"of go.mod", func(name, pkg string) string {
	command := "go test -count=1 -v "
	if tags := builtWith("-tags"); tags != "" { // the test itself may need them
		command += "-tags=" + shellQuoted(tags) + " "
	}
	return command + "-run " + shellQuoted(measure.Pattern(name)) + " " + shellQuoted(pkg)
}}

// again is how to see for oneself what a gate has found. The commits are named, since branches move.
func (s settings) again(name, dir string, doc report.Document) []report.Command {
	set := []string{}
	anchor := report.Side{}
	if doc.Anchor != nil {
		anchor = *doc.Anchor
	}
	for _, side := range []struct {
		setting report.Setting
		is      report.Side
	}{{s.baseline, doc.Baseline}, {s.candidate, doc.Candidate}, {s.anchor, anchor}} {
		value := source.Discreet(side.setting.Value)
		if side.is.Commit != "" && !side.is.Dirty && !source.IsFile(value) {
			value = side.is.Commit
		}
		if value != "" && !s.itself {
			set = append(set, assigned(side.setting.Name, value))
		}
	}
	for _, won := range s.outside {
		if !slices.Contains([]string{s.baseline.Name, s.candidate.Name, s.anchor.Name}, won.Name) {
			set = append(set, assigned(won.Name, won.Value))
		}
	}
	purpose := "To judge it again, in the folder " + s.rerun.in
	if doc.Candidate.Dirty {
		purpose += ", with the changes that the candidate had"
	}
	commands := []report.Command{{Purpose: purpose + ":", Line: strings.Join(append(set, s.rerun.line(name, packageIn(dir))), " ")}}
	if source.IsFile(s.baseline.Value) {
		return commands
	}
	return append(commands, medians)
}

// medians shows what a gate has measured to benchstat.
var medians = report.Command{
	Purpose: "To see the same medians with benchstat, in the folder of the results:", Line: "benchstat baseline.txt candidate.txt",
}

// assigned is a setting as a shell takes it before a command.
func assigned(name, value string) string {
	return "REGRESS_" + strings.ToUpper(name) + "=" + shellQuoted(value)
}

// packageIn is the package in a folder, as the go command takes it in the folder of go.mod.
func packageIn(dir string) string {
	pkg, err := filepath.Rel(output.Module(dir), dir)
	if err != nil {
		pkg = "."
	}
	return "./" + filepath.ToSlash(pkg)
}

// shellQuoted is one word of a POSIX shell.
func shellQuoted(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=:@,+%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
