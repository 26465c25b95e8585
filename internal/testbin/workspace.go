package testbin

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// workspace chooses GOWORK for a build in dir, a folder of t, and warns when that is not what the work tree is built with.
//
// A go.work inside the repository has its counterpart in t. One outside, whether found in a folder above or named by GOWORK, would
// make the tree use the work tree's modules, or not be found at all. What lies above the scratch is never looked at.
func (t *Tree) workspace(ctx context.Context, dir string) (gowork, warning string, err error) {
	rel, err := filepath.Rel(t.Dir, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return "", "", fmt.Errorf("%s: not in the tree %s", dir, t.Dir)
	}
	// The package may be gone from the work tree; the nearest folder that is left has the same workspace.
	counterpart := filepath.Join(t.repo.Root, rel)
	for counterpart != t.repo.Root && !isFolder(counterpart) {
		counterpart = filepath.Dir(counterpart)
	}
	out, err := tool(ctx, counterpart, nil, "go", "env", "GOWORK")
	if err != nil {
		return "", "", err
	}
	outer := strings.TrimSpace(string(out))
	if outer == "off" {
		return "off", "", nil
	}
	if outer != "" {
		rel, err := filepath.Rel(t.repo.Root, outer)
		if err != nil || !filepath.IsLocal(rel) {
			return "off", without(outer, "it is outside the repository"), nil
		}
		if mirror := filepath.Join(t.Dir, rel); isFile(mirror) {
			return mirror, "", nil
		}
	}
	for above := dir; ; above = filepath.Dir(above) {
		if file := filepath.Join(above, "go.work"); isFile(file) {
			return file, "", nil
		}
		if above == t.Dir {
			break
		}
	}
	if outer == "" {
		return "off", "", nil
	}
	return "off", without(outer, "it is not in the commit"), nil
}

func without(workspace, reason string) string {
	return fmt.Sprintf("built without the workspace %s (GOWORK=off): %s", workspace, reason)
}

// committed is what to do where a commit does not build without a workspace.
const committed = "; a commit has only what is in it: commit a go.work, or require and replace in go.mod what it needs"

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
