package regress

import (
	"context"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/bounded"
	"github.com/tailgate-go/tailgate/internal/history"
	"github.com/tailgate-go/tailgate/internal/measure"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/testbin"
)

// keepsHistory reports whether this gate adds to a history: a shard leaves that to the merge.
func (s settings) keepsHistory() bool { return s.history != "" && s.shard.IsZero() }

// checkHistory says why the history cannot be added to, before anything is measured.
func (s settings) checkHistory() error {
	if !s.keepsHistory() {
		return nil
	}
	return history.Check(s.history)
}

// remember adds the report to the history, if there is one, and shows the history in it. If it cannot, a note says why and the
// verdict stands.
func (s settings) remember(ctx context.Context, name string, doc *report.Document) {
	if !s.keepsHistory() {
		return
	}
	note := func(text string) { doc.Notes = append(doc.Notes, text) }
	dir, err := os.Getwd()
	if err != nil {
		note("this report is not in the history: " + err.Error())
		return
	}
	repo, _ := testbin.Open(ctx, dir) // without one nothing is known of ancestors
	kept := *doc
	kept.Candidate.Dirty = kept.Candidate.Dirty && !s.onlyHistory(ctx, repo, kept.Candidate.Commit)
	gate := s.remembered(dir, name)
	record, why := history.New(gate, kept)
	if why == "" {
		describe(ctx, repo, &record)
		if err := history.Append(s.history, record); err != nil {
			note("this report is not in the history: " + err.Error())
		}
	} else {
		note("this report is not in the history: " + why)
	}
	records, left, err := history.Read(s.history, gate)
	if err != nil {
		note("the history could not be read: " + err.Error())
		return
	}
	doc.First = doc.First && len(records) < 2 // with its own
	if doc.History = history.Along(records, left, doc.Candidate.Commit); doc.History != nil {
		note(doc.History.Note())
	}
}

// remembered is the gate's name in a history, which modules may share: the module, the folder of the package and the test, or what
// tells the command's gates apart.
func (s settings) remembered(dir, name string) string {
	gate := path.Join(modulePath(dir), measure.GateName(dir, name))
	if s.byCommand {
		gate = strings.Join(append([]string{gate}, s.packages...), " ")
		if s.bench != "." {
			gate += " -bench=" + s.bench
		}
	}
	return strings.ToValidUTF8(gate, "?")
}

// declared is the line of a go.mod that names the module.
var declared = regexp.MustCompile("(?m)^module[ \t]+[\"`]?([^\\s\"`()]+)")

// modulePath is the path of the module that dir is in; empty when that is not known.
func modulePath(dir string) string {
	const most = 1 << 20 // bytes
	data, err := bounded.ReadFile(filepath.Join(output.Module(dir), "go.mod"), most)
	if err != nil {
		return ""
	}
	if found := declared.FindSubmatch(data); found != nil {
		return string(found[1])
	}
	return ""
}

// describe adds to a record what git knows of its commits. A merge may run in a clone that lacks them.
func describe(ctx context.Context, repo *testbin.Repo, r *history.Record) {
	if repo == nil {
		return
	}
	for side, most := range map[*history.Commit]int{&r.Baseline: 1, &r.Candidate: 1 + history.MostLineage} {
		lineage, err := repo.Lineage(ctx, side.Hash, most)
		if err != nil || len(lineage) == 0 {
			continue
		}
		side.Time, side.Subject = lineage[0].Time, strings.ToValidUTF8(lineage[0].Subject, "?")
		for _, ancestor := range lineage[1:] {
			r.Lineage = append(r.Lineage, ancestor.Hash)
		}
	}
}

// onlyHistory reports whether the work tree has no other changes against the commit than files of the history.
func (s settings) onlyHistory(ctx context.Context, repo *testbin.Repo, commit string) bool {
	if repo == nil || commit == "" {
		return false
	}
	folder, err := filepath.Abs(s.history)
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err == nil {
		folder, err = filepath.Rel(repo.Root, folder)
	}
	if err != nil || !filepath.IsLocal(folder) || folder == "." {
		return false
	}
	changed, err := testbin.Changed(ctx, repo.Root, testbin.Commit{Hash: commit})
	below := filepath.ToSlash(folder) + "/"
	return err == nil && !slices.ContainsFunc(changed, func(file string) bool { return !strings.HasPrefix(file, below) })
}
