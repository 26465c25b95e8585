package regress

import (
	"path/filepath"
	"strings"

	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/source"
)

// again is how to see for oneself what a gate has found, from the folder of go.mod. The commits are named, since branches move.
func (s settings) again(name, dir string, doc report.Document) []report.Command {
	pkg, err := filepath.Rel(output.Module(dir), dir)
	if err != nil {
		pkg = "."
	}
	set := []string{}
	for _, side := range []struct {
		setting report.Setting
		is      report.Side
	}{{s.baseline, doc.Baseline}, {s.candidate, doc.Candidate}} {
		value := source.Discreet(side.setting.Value)
		if side.is.Commit != "" && !side.is.Dirty && !source.IsFile(value) {
			value = side.is.Commit
		}
		if value != "" && !s.itself {
			set = append(set, "REGRESS_"+strings.ToUpper(side.setting.Name)+"="+shellQuoted(value))
		}
	}
	for _, won := range s.outside {
		if won.Name != s.baseline.Name && won.Name != s.candidate.Name {
			set = append(set, "REGRESS_"+strings.ToUpper(won.Name)+"="+shellQuoted(won.Value))
		}
	}
	line := strings.Join(append(set, "go test -count=1 -v -run "+shellQuoted(measure.Pattern(name))+" "+
		shellQuoted("./"+filepath.ToSlash(pkg))), " ")
	commands := []report.Command{{Purpose: "To judge it again, in the folder of go.mod:", Line: line}}
	if doc.Candidate.Dirty {
		commands[0].Purpose = "To judge it again, in the folder of go.mod, with the changes that the candidate had:"
	}
	if source.IsFile(s.baseline.Value) {
		return commands
	}
	return append(commands, report.Command{
		Purpose: "To see the same medians with benchstat, in the folder of the results:", Line: "benchstat baseline.txt candidate.txt",
	})
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
