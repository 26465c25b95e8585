package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bodies are of requests that encoding/json reads from one object: what it has of OpenAI's API, of which both kinds have the
// sampling, and of others' parameters.
var bodies = []string{"server.completionBody", "server.chatBody"}

// TestEmbeddingIsOneDeep holds that a struct which is embedded in another embeds none itself: through two of them nobody sees whose
// field a name is.
func TestEmbeddingIsOneDeep(t *testing.T) {
	embeds := map[string][]string{} // by package and name: the types that a struct embeds
	for name, p := range list(t) {
		for _, source := range p.sources {
			file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
			require.NoError(t, err)
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				if of, ok := spec.Type.(*ast.StructType); ok {
					embeds[path.Base(name)+"."+spec.Name.Name] = embedded(path.Base(name), of)
				}
				return true
			})
		}
	}
	seen := 0
	for _, name := range bodies {
		assert.Contains(t, embeds, name)
		delete(embeds, name)
	}
	for name, types := range embeds {
		for _, of := range types {
			if inner, ours := embeds[of]; ours {
				seen++
				for _, deeper := range inner {
					_, ours := embeds[deeper]
					assert.False(t, ours, "%s embeds %s, which embeds %s: give one of them a name", name, of, deeper)
				}
			}
		}
	}
	assert.Positive(t, seen, "no embedding was found to check")
}

// embedded are the types that a struct embeds, each with its package.
func embedded(pkg string, s *ast.StructType) (types []string) {
	for _, field := range s.Fields.List {
		if len(field.Names) > 0 {
			continue
		}
		of := field.Type
		if star, ok := of.(*ast.StarExpr); ok {
			of = star.X
		}
		switch of := of.(type) {
		case *ast.Ident:
			types = append(types, pkg+"."+of.Name)
		case *ast.SelectorExpr:
			if from, ok := of.X.(*ast.Ident); ok {
				types = append(types, from.Name+"."+of.Sel.Name)
			}
		}
	}
	return types
}
