package testsource

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const source = `package shop

import (
	"math/rand"
	"testing"

	_ "example.com/effect"
)

const (
	few = 10
	many = 10 * few
)

// Orders are what is sorted.
type orders []int

func (o orders) Len() int { return len(o) }

var seed, other = 7, 8

//go:embed testdata/in.txt
var text string

// input draws orders.
func input(n int) orders {
	r := rand.New(rand.NewSource(int64(seed)))
	_ = text
	return r.Perm(n)
}

func BenchmarkSort(b *testing.B) {
	in := input(many)
	for b.Loop() {
		in.Len()
	}
}

func BenchmarkOther(b *testing.B) { _ = elsewhere }

var elsewhere = 3

func TestMain(m *testing.M) { m.Run() }

func init() { seed++ }

var _ = seed
`

func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o644))
	}
	return dir
}

func TestDiffers(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"its function", "in.Len()", "in.Len(); in.Len()", "BenchmarkSort"},
		{"a function that it calls", "r.Perm(n)", "r.Perm(n+1)", "input"},
		{"a constant of a group", "few = 10", "few = 1000", "many"},
		{"a method of a type", "return len(o)", "return 2 * len(o)", "Len"},
		{"a type", "type orders []int", "type orders = []int", "orders"},
		{"a variable", "= 7, 8", "= 9, 8", "seed"},
		{"an import of the same name", `"math/rand"`, `"math/rand/v2"`, "input"},
		{"what is embedded", "testdata/in.txt", "testdata/large.txt", "text"},
		{"TestMain", "m.Run()", "defer m.Run()", "TestMain"},
		{"an init function", "seed++", "seed += 2", "init"},
		{"one more init function", "func init() { seed++ }", "func init() { seed++ }\nfunc init() {}", "init"},
		{"a variable without a name", "var _ = seed", "var _ = seed + 1", "a package variable"},
		{"an import for its effect", `_ "example.com/effect"`, `_ "example.com/effect/v2"`, "import _"},
		{"a package that calls itself otherwise", `"testing"` + "\n", `"testing"; "example.com/go/p"` + "\n", "BenchmarkSort"},
		{"for which system it is", "package shop", "//go:build linux\n\npackage shop", "BenchmarkSort"},
		{"another benchmark", "_ = elsewhere", "_ = 2 * elsewhere", ""},
		{"a variable of another benchmark", "elsewhere = 3", "elsewhere = 4", ""},
		{"comments", "// input draws orders.", "/* input draws\n   other orders. */", ""},
		{"a comment within", "in := input(many)", "in := input(many) // many\n\n\t// of them", ""},
		{"white space", "in := input(many)", "in  :=  input( many )", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			edited := source
			if c.old != "" {
				require.Contains(t, source, c.old)
				edited = strings.Replace(source, c.old, c.new, 1)
			}
			baseline, candidate := folder(t, "a_test.go", source), folder(t, "a_test.go", edited)
			for _, sides := range [][2]string{{baseline, candidate}, {candidate, baseline}} {
				got, err := Differs(sides[0], sides[1], "BenchmarkSort")
				require.NoError(t, err)
				assert.Equal(t, c.want, got)
			}
		})
	}
}

func TestDiffersOverFiles(t *testing.T) {
	const head = "package shop\n\n"
	benchmark := head + `import "testing"` + "\n\nfunc BenchmarkA(b *testing.B) { x.hook() }\n"
	one := folder(t, "a_test.go", benchmark, "hook_test.go", head+"func (c *Cache[K]) hook() {}\n", "x.go", head+"var x Cache[int]\n")
	moved := folder(t, "a_test.go", benchmark+"func (c *Cache[K]) hook() {}\n", "x.go", head+"var x Cache[string]\n",
		"_x_test.go", "?")
	other := folder(t, "a_test.go", benchmark, "hook_test.go", "package shop_test\nfunc (c *Cache[K]) hook() { c.n++ }\n")
	got, err := Differs(one, moved, "BenchmarkA")
	require.NoError(t, err)
	assert.Empty(t, got, "where it stands makes no difference, nor what is no test")
	more := folder(t, "a_test.go", strings.Replace(benchmark, `import "testing"`, `import ("testing"; "strings")`, 1)+
		"func BenchmarkB(b *testing.B) { strings.ToUpper(``) }\nfunc (c *Cache[K]) hook() {}\n")
	got, err = Differs(one, more, "BenchmarkA")
	require.NoError(t, err)
	assert.Empty(t, got, "one more benchmark, and what it imports")
	got, err = Differs(one, other, "BenchmarkA")
	require.NoError(t, err)
	assert.Equal(t, "hook", got, "a method of a type that no test file declares")

	_, err = Differs(one, folder(t, "a_test.go", head), "BenchmarkA")
	require.ErrorContains(t, err, "no test file has BenchmarkA")
	_, err = Differs(one, folder(t, "a_test.go", "package"), "BenchmarkA")
	require.ErrorContains(t, err, "a_test.go:1:8: expected 'IDENT'")
	_, err = Differs(filepath.Join(one, "nowhere"), one, "BenchmarkA")
	require.ErrorIs(t, err, os.ErrNotExist)
}
