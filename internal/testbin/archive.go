package testbin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Archive is a compiled package that a test binary links.
type Archive struct {
	ImportPath string // as code imports it: of the package under test and what is compiled anew for it, too
	File       string // in the go command's cache
	Standard   bool   // of the toolchain
	// Links are the linker flags of its C code that may lead to libraries of the repository, which are in no archive: all but the
	// names of a system's own, such as -lm.
	Links []string
}

// Archives are all compiled packages that b links, compiled as for b: from the cache, which takes 0.3 s. They need not be those of
// b if the source has changed since: ErrChanged. Another error is a go command's that could not be run.
func (b *Binary) Archives(ctx context.Context) ([]Archive, error) {
	archives, err := b.listArchives(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.checkSource(ctx); err != nil {
		return nil, err
	}
	return archives, nil
}

func (b *Binary) listArchives(ctx context.Context) ([]Archive, error) {
	const fields = "-json=ImportPath,Name,Export,Standard,Deps,CgoLDFLAGS"
	args := []string{"list", "-test", "-deps", "-export", "-trimpath", "-buildvcs=false", fields}
	args = append(args, tagFlags(ctx)...)
	if b.hooks.overlay != "" {
		args = append(args, "-overlay="+b.hooks.overlay)
	}
	out, err := tool(ctx, b.Dir, slices.Concat(b.env, b.hooks.env), cmp.Or(b.hooks.command, "go"), append(args, ".")...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Dir, err)
	}
	var all []Archive
	var links []string // the packages of the test binary, which comes last
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var listed struct {
			ImportPath, Name, Export string
			Standard                 bool
			Deps, CgoLDFLAGS         []string
		}
		if err := decoder.Decode(&listed); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if listed.Name == "main" && strings.HasSuffix(listed.ImportPath, ".test") {
			links = append(listed.Deps, listed.ImportPath)
			all = append(all, Archive{ImportPath: listed.ImportPath, File: listed.Export})
			continue
		}
		all = append(all, Archive{listed.ImportPath, listed.Export, listed.Standard, ownLinks(listed.CgoLDFLAGS)})
	}
	if links == nil {
		return nil, fmt.Errorf("%s: %w", b.Dir, ErrNoTests)
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

// ownLinks are the linker flags that are more than the name of a library, which lies where the system has it.
func ownLinks(flags []string) []string {
	named := func(flag string) bool { return strings.HasPrefix(flag, "-l") || flag == "-pthread" }
	return slices.DeleteFunc(slices.Clone(flags), named)
}
