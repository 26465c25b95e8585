package overlay

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"

	"github.com/tailgate-go/tailgate/internal/duet"
)

// seat is the seat of a duet as files of package testing. Each name of its own package gets the prefix, so that it is nobody
// else's, and exported by none.
func seat() (map[string][]byte, error) {
	names, err := fs.Glob(duet.Source, "*.go")
	if err != nil {
		return nil, err
	}
	files, own := map[string][]byte{}, map[string]bool{}
	for _, name := range names {
		text, err := fs.ReadFile(duet.Source, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("the seat's own %w", err)
		}
		files[prefix+name] = text
		declare(own, file)
	}
	for name, text := range files {
		files[name] = inTesting(text, own)
	}
	return files, nil
}

// declare adds the names that a file declares in its package.
func declare(own map[string]bool, file *ast.File) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				own[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					own[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range s.Names {
						own[id.Name] = true
					}
				}
			}
		}
	}
	delete(own, "_")
}

// inTesting gives a file the package clause of testing, and the names the prefix wherever they do not follow a dot. Comments stay.
func inTesting(text []byte, own map[string]bool) []byte {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	var edits []edit
	for last := token.ILLEGAL; ; {
		pos, tok, name := s.Scan()
		if tok == token.EOF {
			return apply(text, edits)
		}
		at := file.Offset(pos)
		switch {
		case tok != token.IDENT:
		case last == token.PACKAGE:
			edits = append(edits, edit{at, at + len(name), "testing"})
		case last != token.PERIOD && own[name]:
			edits = append(edits, edit{at, at, prefix})
		}
		last = tok
	}
}
