package shards

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
	"github.com/tailgate-go/tailgate/internal/report"
)

// Folders finds the folders of shards below what a pattern matches in dir or, if nothing matches there, in dir's module. A match
// without a shard is an error, returned beside the folders that were found.
func Folders(pattern, dir string) ([]string, error) {
	matches, err := glob(pattern, dir)
	if err != nil {
		return nil, fmt.Errorf("-regress.in is %q: %w: write a pattern such as 'shards/*'", pattern, err)
	}
	if len(matches) == 0 {
		return nil, fmt.Errorf("no folders match %q in %s or in the folder of go.mod: "+
			"name those in which the shards left their results, with -regress.in", pattern, dir)
	}
	var (
		folders []string
		errs    []error
	)
	for _, match := range matches {
		found, err := find(match)
		switch {
		case err != nil:
			errs = append(errs, err)
		case len(found) == 0:
			errs = append(errs, noShard(match))
		}
		folders = append(folders, found...)
	}
	return folders, errors.Join(errs...)
}

// glob is the pattern's matches in dir, or else in its module.
func glob(pattern, dir string) ([]string, error) {
	matches, err := filepath.Glob(pattern)
	if err != nil || len(matches) > 0 || filepath.IsAbs(pattern) {
		return matches, err
	}
	return filepath.Glob(filepath.Join(output.Module(dir), pattern))
}

// noShard says of a folder why there may be no shard in it.
func noShard(dir string) error {
	why := ""
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error { // what cannot be read says nothing
		if err != nil || entry.Name() != output.Verdict {
			return nil
		}
		if doc, err := readVerdict(path); err == nil && doc.Error != "" {
			why = "; its gate ended with: " + doc.Error
		}
		return nil
	})
	return fmt.Errorf("%s has no %s: it is no folder of a shard's results, or the shard did not end%s", dir, output.Manifest, why)
}

// readVerdict reads a verdict.json.
func readVerdict(name string) (report.Document, error) {
	data, err := readLeft(name)
	if err != nil {
		return report.Document{}, err
	}
	doc, err := report.ReadJSON(data)
	if err != nil {
		return doc, fmt.Errorf("%s: %w", name, err)
	}
	return doc, nil
}

// Merge reads the shards in folders, and refuses what is not all of one gate.
func Merge(j judge.Judge, folders []string) (*Merged, error) {
	m := &Merged{judge: j}
	var (
		found []Found
		errs  []error
	)
	for _, folder := range folders {
		f, err := Open(folder)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if own := PolicySum(j.Policy()); f.Policy != own {
			errs = append(errs, fmt.Errorf("%s was judged by another policy than this test's: merge with the policy that the shards had, "+
				"and servers with their -scenario or -model", f))
		}
		if f.Tailgate != Version() {
			errs = append(errs, fmt.Errorf("%s was measured by another version of tailgate than this one: %q, not %q",
				f, f.Tailgate, Version()))
		}
		found = append(found, f)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if problems := Agree(found); len(problems) > 0 {
		return nil, errors.New(strings.Join(problems, "\n"))
	}
	slices.SortFunc(found, func(a, b Found) int { return a.Shard - b.Shard })
	for _, f := range found {
		s, err := readShard(f)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f, err))
		}
		m.shards = append(m.shards, s)
	}
	m.judge = j.Accepting(found[0].Trailers) // as all of them did
	return m, errors.Join(errs...)
}
