package testsource

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/internal/bounded"
)

// mostOfFile is how many bytes a test file may have.
const mostOfFile = 64 << 20

// declarations are those at the top level of a folder's test files, by name, each name's sorted by text. A method is under its own
// name and under that of its receiver's type.
type declarations map[string][]declaration

// declaration is one of a name. Where a group of constants has it, it is the group, since the value depends on the place.
type declaration struct {
	text string   // its tokens, and the imports that it may use
	uses []string // identifiers
}

// read reads the test files in dir.
func read(dir string) (declarations, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	all := declarations{}
	for _, entry := range entries {
		if entry.IsDir() || !strings.HasSuffix(entry.Name(), "_test.go") || strings.ContainsAny(entry.Name()[:1], "_.") {
			continue
		}
		f := file{fset: token.NewFileSet()}
		name := filepath.Join(dir, entry.Name())
		if f.src, err = bounded.ReadFile(name, mostOfFile); err != nil {
			return nil, err
		}
		if f.File, err = parser.ParseFile(f.fset, name, f.src, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return nil, err
		}
		_, f.names = scan(f.src[f.fset.Position(f.belowImports()).Offset:])
		f.declare(all)
	}
	for _, of := range all {
		slices.SortFunc(of, func(a, b declaration) int { return cmp.Compare(a.text, b.text) })
	}
	return all, nil
}

// file is a test file.
type file struct {
	*ast.File
	fset  *token.FileSet
	src   []byte
	names []string // identifiers below the imports
}

// belowImports is where what is no import begins.
func (f file) belowImports() token.Pos {
	if len(f.Imports) == 0 {
		return f.Name.End()
	}
	return f.Imports[len(f.Imports)-1].End()
}

// declare adds the file's declarations to all.
func (f file) declare(all declarations) {
	add := func(d declaration, names ...string) {
		for _, name := range names {
			all[name] = append(all[name], d)
		}
	}
	for _, i := range f.Imports {
		if i.Name != nil && (i.Name.Name == "_" || i.Name.Name == ".") {
			add(declaration{text: i.Name.Name + " " + i.Path.Value}, imported)
		}
	}
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			names := []string{d.Name.Name}
			if d.Recv != nil && len(d.Recv.List) > 0 {
				names = append(names, receiver(d.Recv.List[0].Type))
			}
			add(f.declaration(d, d.Doc), names...)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					add(f.declaration(s, d.Doc, s.Doc), s.Name.Name)
				case *ast.ValueSpec:
					is := f.declaration(s, d.Doc, s.Doc)
					if d.Tok == token.CONST {
						is = f.declaration(d, d.Doc)
					}
					for _, name := range s.Names {
						add(is, name.Name)
					}
					if d.Tok == token.VAR && slices.ContainsFunc(s.Values, calls) && s.Names[0].Name != "_" {
						add(is, "_")
					}
				}
			}
		}
	}
}

// calls reports whether an initializer calls something, which runs whatever benchmark is run and may set anything.
func calls(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		_, is := n.(*ast.CallExpr)
		found = found || is
		return !found
	})
	return found
}

// receiver is the name of a receiver's type.
func receiver(e ast.Expr) string {
	for {
		switch t := e.(type) {
		case *ast.Ident:
			return t.Name
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		default:
			return "_"
		}
	}
}

// declaration is what a node declares. Of its comments and those of the file directives count: what is embedded or built.
func (f file) declaration(n ast.Node, docs ...*ast.CommentGroup) declaration {
	var d declaration
	var text strings.Builder
	for _, comments := range append(docs, f.heading()...) {
		if comments == nil {
			continue
		}
		for _, c := range comments.List {
			if strings.HasPrefix(c.Text, "//go:") {
				text.WriteString(c.Text + "\n")
			}
		}
	}
	var tokens string
	tokens, d.uses = scan(f.src[f.fset.Position(n.Pos()).Offset:f.fset.Position(n.End()).Offset])
	text.WriteString(tokens)
	for _, path := range f.importsOf(d.uses) {
		text.WriteString("\n" + path)
	}
	d.text = text.String()
	return d
}

// scan is the source's tokens, with a space after each, and its identifiers, each once.
func scan(src []byte) (tokens string, names []string) {
	var text strings.Builder
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(src)), src, nil, 0)
	seen := map[string]bool{}
	for {
		_, tok, literal := s.Scan()
		if tok == token.EOF {
			return text.String(), names
		}
		if tok == token.SEMICOLON {
			literal = ";" // or the line's end
		}
		text.WriteString(cmp.Or(literal, tok.String()) + " ")
		if tok == token.IDENT && !seen[literal] {
			seen[literal] = true
			names = append(names, literal)
		}
	}
}

// heading are the comments above the package clause.
func (f file) heading() []*ast.CommentGroup {
	end := 0
	for end < len(f.Comments) && f.Comments[end].End() < f.Package {
		end++
	}
	return f.Comments[:end]
}

// importsOf are the imports that the names may stand for. What a package calls itself is a word of its path, as a rule: where no
// word of it stands in the file, any name may be the package's.
func (f file) importsOf(names []string) []string {
	var found []string
	for _, spec := range f.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			path = spec.Path.Value
		}
		words := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/.-", r) })
		switch {
		case spec.Name != nil && spec.Name.Name != "_" && spec.Name.Name != ".":
			words = []string{spec.Name.Name}
		case spec.Name != nil:
			continue
		}
		among := func(names []string) bool {
			return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(names, word) })
		}
		if among(names) || !among(f.names) {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	return found
}
