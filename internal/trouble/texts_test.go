package trouble

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// text is what a gate may say: a fact, and if the text has it what to do.
type text struct{ fact, cure string }

var (
	verbs = regexp.MustCompile(`%(\[\d+\])?[-+#0 ]*[\d.]*[a-zA-Z]`)
	// imperatives begin the part of a text that says what to do.
	imperatives = regexp.MustCompile(`^(ask|begin|build|change|check|close|commit|compare|correct|edit|end such|give|git fetch|go list|install|keep|leave|let|lower|make|measure|merge|name|` +
		`plant|print|raise|record|remove|repair|report|run|save|see|send|set|shorten|split|use|write)\b`)
	word = regexp.MustCompile(`\pL{2,}`)
)

// texts are those of the files that match, in order: of errors, problems and reasons. What only passes on another error is left out.
func texts(t *testing.T, patterns ...string) (found []text) {
	t.Helper()
	for _, pattern := range patterns {
		names, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		require.NoError(t, err)
		require.NotEmpty(t, names, pattern)
		set := token.NewFileSet()
		var files []*ast.File
		known := map[string]string{}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			files = append(files, file)
		}
		for _, file := range files {
			constants(file, known)
		}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				if one, ok := textOf(n, known); ok && !slices.Contains(found, one) {
					found = append(found, one)
				}
				return true
			})
		}
	}
	return found
}

// constants are the texts that have a name.
func constants(file *ast.File, known map[string]string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) && isText(n.Values[i]) {
					known[name.Name] = said(n.Values[i], known)
				}
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if name, ok := left.(*ast.Ident); ok && len(n.Lhs) == len(n.Rhs) && isText(n.Rhs[i]) && n.Tok == token.DEFINE {
					known[name.Name] = said(n.Rhs[i], known)
				}
			}
		}
		return true
	})
}

func isText(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING
	case *ast.BinaryExpr:
		return isText(e.X) || isText(e.Y)
	}
	return false
}

// textOf is the text of an error, a problem or a reason.
func textOf(n ast.Node, known map[string]string) (one text, ok bool) {
	switch n := n.(type) {
	case *ast.CallExpr:
		name := called(n)
		switch {
		case (name == "errors.New" || name == "fmt.Errorf") && len(n.Args) > 0:
			all := said(n.Args[0], known)
			one = split(all)
			wraps := name == "fmt.Errorf" && strings.Contains(literal(n.Args[0]), "%w")
			return one, word.MatchString(strings.ReplaceAll(all, "…", "")) && !(wraps && one.cure == "")
		case (name == "fail" || name == "problem") && len(n.Args) == 2 && isText(n.Args[1]), name == "fault" && isText(n.Args[1]):
			one = split(said(n.Args[1], known))
			return one, word.MatchString(one.fact)
		case (name == "r.fail" || name == "b.Errorf" || name == "b.Fatalf" || name == "r.b.Errorf" || name == "r.b.Fatalf") && isText(n.Args[0]):
			one = split(said(n.Args[0], known))
			return one, word.MatchString(strings.TrimPrefix(one.fact, "workload: ")) && one.fact != "serving: …"
		}
	case *ast.CompositeLit:
		for _, element := range n.Elts {
			if pair, isPair := element.(*ast.KeyValueExpr); isPair {
				switch key, _ := pair.Key.(*ast.Ident); {
				case key == nil:
				case key.Name == "Fact":
					one.fact = said(pair.Value, known)
				case key.Name == "Fix":
					one.cure = said(pair.Value, known)
				}
			}
		}
		return one, one.fact != "" && word.MatchString(one.fact)
	case *ast.ReturnStmt:
		if len(n.Results) != 2 {
			return
		}
		if name, isName := n.Results[0].(*ast.SelectorExpr); isName && name.Sel.Name == "Invalid" {
			one = split(said(n.Results[1], known))
			return one, word.MatchString(one.fact)
		}
		if empty, isEmpty := n.Results[0].(*ast.BasicLit); isEmpty && empty.Value == `""` {
			one = split(said(n.Results[1], known))
			if call, isCall := n.Results[1].(*ast.CallExpr); isCall && called(call) == "fmt.Sprintf" {
				return one, true
			}
		}
	case *ast.AssignStmt:
		if place, isPlace := n.Lhs[0].(*ast.SelectorExpr); isPlace && place.Sel.Name == "Reason" && len(n.Rhs) == 1 {
			one = split(said(n.Rhs[0], known))
			return one, word.MatchString(one.fact)
		}
	}
	return text{}, false
}

// literals are all texts of the files that match, those of calls and sums joined.
func literals(t *testing.T, patterns ...string) (found []string) {
	t.Helper()
	var names []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		require.NoError(t, err)
		names = append(names, matches...)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok && isText(e) {
				found = append(found, said(e, nil))
			}
			return true
		})
	}
	return found
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if of, ok := f.X.(*ast.Ident); ok {
			return of.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}

// literal is the text in an expression, with its verbs; what is not known of it stands as "…".
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return s
		}
	case *ast.BinaryExpr:
		return literal(e.X) + literal(e.Y)
	}
	return "…"
}

// said is a text as it is printed; what stands in it only then is "…".
func said(e ast.Expr, known map[string]string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return plain(literal(e))
		}
	case *ast.BinaryExpr:
		return said(e.X, known) + said(e.Y, known)
	case *ast.Ident:
		if s, ok := known[e.Name]; ok {
			return s
		}
	case *ast.CallExpr:
		if called(e) == "fmt.Sprintf" {
			return said(e.Args[0], known)
		}
	}
	return "…"
}

func plain(s string) string {
	return strings.ReplaceAll(verbs.ReplaceAllString(strings.ReplaceAll(s, "%%", "\x00"), "…"), "\x00", "%")
}

// split parts what to do from what is.
func split(all string) text {
	if fact, cure, ok := strings.Cut(all, "; "); ok {
		return text{fact, cure}
	}
	for at := 0; ; {
		next := strings.Index(all[at:], ": ")
		if next < 0 {
			return text{fact: all}
		}
		at += next + len(": ")
		if imperatives.MatchString(all[at:]) {
			return text{all[:at-len(": ")], all[at:]}
		}
	}
}
