// Command compiles says whether packages and their tests compile for another system: go run ./.ci/compiles SYSTEM/ARCHITECTURE
// PACKAGE... It checks the types of them and of all that they import, from source, without cgo. No code is made, which would take
// eight times as long.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: compiles SYSTEM/ARCHITECTURE PACKAGE...")
		os.Exit(2)
	}
	if err := check(os.Args[1], ".", os.Args[2:]...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// check is all that keeps the packages in the folder from being compiled for the system.
func check(system, dir string, patterns ...string) error {
	system, architecture, _ := strings.Cut(system, "/")
	found, err := packages.Load(&packages.Config{
		Mode:  packages.LoadAllSyntax,
		Tests: true,
		Dir:   dir,
		Env:   append(os.Environ(), "GOOS="+system, "GOARCH="+architecture, "CGO_ENABLED=0"),
	}, patterns...)
	if err != nil {
		return err
	}
	var wrong []error
	packages.Visit(found, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			wrong = append(wrong, e)
		}
	})
	if len(found) == 0 {
		wrong = append(wrong, fmt.Errorf("no packages in %v", patterns))
	}
	return errors.Join(wrong...)
}
