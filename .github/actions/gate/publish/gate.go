package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// gate is what one gate left: verdict.json, of which these are the fields needed here, beside report.md.
type gate struct {
	Name     string    `json:"name"`
	Outcome  string    `json:"outcome"`
	Pass     bool      `json:"pass"`
	Error    string    `json:"error"`
	Planted  string    `json:"planted"`
	Verdicts []verdict `json:"verdicts"`
	dir      string
}

type verdict struct {
	Package       string   `json:"package"`
	Benchmark     string   `json:"benchmark"`
	Unit          string   `json:"unit"`
	Outcome       string   `json:"outcome"`
	Fails         bool     `json:"fails"`
	Reason        string   `json:"reason"`
	ChangePercent *float64 `json:"change_percent"`
}

// byGravity are the outcomes of a gate, the gravest first.
var byGravity = []string{"invalid", "regressed", "drifted", "inconclusive", "blind", "accepted", "improved", "added", "ok"}

// resultFolders are the folders that gates write: the input out, or every .tailgate in the workspace. What cannot be read there,
// such as the data of a database that ran in a container, is no gate's.
func resultFolders() ([]string, error) {
	if out := os.Getenv("GATE_OUT"); out != "" {
		dir, err := filepath.Abs(out)
		return []string{dir}, err
	}
	s := searched{top: os.Getenv("GITHUB_WORKSPACE")}
	err := filepath.WalkDir(s.top, s.visit)
	return s.found, err
}

// searched is a workspace in which folders of gates are sought.
type searched struct {
	top   string
	found []string
}

func (s *searched) visit(path string, entry fs.DirEntry, err error) error {
	switch {
	case path == s.top && err != nil:
		return err
	case err != nil || !entry.IsDir():
		return nil
	case entry.Name() == ".git":
		return fs.SkipDir
	case entry.Name() == ".tailgate":
		s.found = append(s.found, path)
		return fs.SkipDir
	}
	return nil
}

const (
	mostGates     = 1000
	mostOfVerdict = 32 << 20 // bytes: 50,000 verdicts
)

// findGates reads the verdicts of this job, failures and the gravest first.
func findGates(folders []string) ([]gate, error) {
	began, err := os.Stat(filepath.Join(os.Getenv("RUNNER_TEMP"), "tailgate-began"))
	if err != nil {
		return nil, fmt.Errorf("the gate was not started: see the steps before: %w", err)
	}
	var gates []gate
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist): // out, which no gate has made
				return nil
			case err != nil || entry.IsDir():
				return err
			case !entry.Type().IsRegular(): // the artifact would be of what a link leads to
				return notPlain(path)
			case entry.Name() != "verdict.json":
				return nil
			case len(gates) == mostGates:
				return fmt.Errorf("%s: more than %d verdicts: no job has so many gates", folder, mostGates)
			}
			g, err := readGate(path, began.ModTime())
			if g != nil {
				gates = append(gates, *g)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(gates, func(a, b gate) int {
		if a.Pass != b.Pass {
			if b.Pass {
				return -1
			}
			return 1
		}
		return slices.Index(byGravity, a.Outcome) - slices.Index(byGravity, b.Outcome)
	})
	return gates, nil
}

// readGate reads a verdict that is not older than the job; nil for one that is.
func readGate(name string, began time.Time) (*gate, error) {
	info, err := os.Lstat(name)
	if err != nil || info.ModTime().Before(began) {
		return nil, err
	}
	g := gate{dir: filepath.Dir(name)}
	data, err := readPlain(g.dir, filepath.Base(name), mostOfVerdict)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if !slices.Contains(byGravity, g.Outcome) {
		return nil, fmt.Errorf("%s: outcome %q: the action and the module tailgate are of different versions: use those of one",
			name, g.Outcome)
	}
	return &g, nil
}
