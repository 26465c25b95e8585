package testbin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Archive is a compiled package that a test binary links.
type Archive struct {
	ImportPath string // as code imports it: of the package under test and what is compiled anew for it, too
	File       string // in the go command's cache
	Standard   bool   // of the toolchain
}

// Archives are all compiled packages that b links, compiled as for b: from the cache, which takes 0.3 s. They need not be those of
// b if the source has changed since: ErrChanged. Another error is a go command's that could not be run.
func (b *Binary) Archives(ctx context.Context) ([]Archive, error) {
	archives, err := listArchives(ctx, b.Dir, b.env, b.hooks)
	if err != nil {
		return nil, err
	}
	if err := b.checkSource(ctx); err != nil {
		return nil, err
	}
	return archives, nil
}

// Archives are all compiled packages that the test of the package in dir links, compiled as Build does. Nothing is linked.
func Archives(ctx context.Context, dir string) ([]Archive, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	return listArchives(ctx, dir, nil, hooks{})
}

func listArchives(ctx context.Context, dir string, env []string, with hooks) ([]Archive, error) {
	args := []string{"list", "-test", "-deps", "-export", "-trimpath", "-buildvcs=false", "-json=ImportPath,Name,Export,Standard,Deps"}
	args = append(args, tagFlags(ctx)...)
	if with.overlay != "" {
		args = append(args, "-overlay="+with.overlay)
	}
	out, err := tool(ctx, dir, slices.Concat(env, with.env), cmp.Or(with.command, "go"), append(args, ".")...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	var all []Archive
	var links []string // the packages of the test binary, which comes last
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct {
			ImportPath, Name, Export string
			Standard                 bool
			Deps                     []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if listed.Name == "main" && strings.HasSuffix(listed.ImportPath, ".test") {
			links = append(listed.Deps, listed.ImportPath)
			all = append(all, Archive{listed.ImportPath, listed.Export, false})
			continue
		}
		all = append(all, Archive{listed.ImportPath, listed.Export, listed.Standard})
	}
	if links == nil {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoTests)
	}
	main := links[len(links)-1]
	all = slices.DeleteFunc(all, func(a Archive) bool { return a.File == "" || !slices.Contains(links, a.ImportPath) })
	for i := range all {
		all[i].ImportPath, _, _ = strings.Cut(all[i].ImportPath, " ") // "example.com/m [example.com/m.test]"
		if all[i].ImportPath == main {
			all[i].ImportPath = "main"
		}
	}
	return all, nil
}
