package samecode_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/samecode"
)

// shop has a benchmark that gets at its code in every way there is.
const shop = `
-- go.mod --
module example.com/my.shop

go 1.24
-- price/price.go --
package price

import "fmt"

const rate = 19

var table = []int{1, 2, 3}

var factor = 7

var second = 7

var limits = map[string]int{"a": 1, "b": 2}

var hook func(int) int

func init() { hook = func(n int) int { return n * 3 } }

func Of(n int) int { return hook(tax(n)+table[n%3]) + limits["a"] }

func tax(n int) int { return deep(n)*factor + second }

//go:noinline
func deep(n int) int { return n*rate + inlined(n) }

func inlined(n int) int { return n ^ 5 }

type Good interface{ Weigh() int }

type Apple struct{ n int }

func (a Apple) Weigh() int { return a.n + 11 }

func (a Apple) Unused() int { return a.n + 13 }

type Pear struct{ n int }

func (p *Pear) Weigh() int { return p.n + 17 }

type Unreached struct{ a, b int }

func (u Unreached) Sum() int { return u.a + u.b }

func Adder(n int) func(int) int { return func(m int) int { return m + n + 23 } }

type number interface{ ~int | ~float64 }

//go:noinline
func Largest[T number](of []T) T {
	var best T
	for _, n := range of {
		best = max(best, n*2)
	}
	return best
}

//go:noinline
func Say(n int) string { return fmt.Sprintf("it is %d", n) }

func Half(x float64) float64 { return x * 0.123 }

func Rest(n int) int { return n - 29 }

//go:noinline
func Name(n int) string {
	switch n {
	case 0:
		return "zero"
	case 1:
		return "one"
	case 2:
		return "two"
	case 3:
		return "three"
	case 4:
		return "four"
	case 5:
		return "five"
	case 6:
		return "six"
	case 7:
		return "seven"
	case 8:
		return "eight"
	}
	return "many"
}

func Assembled(n int) int
-- price/price_amd64.s --
#include "textflag.h"

TEXT ·Assembled(SB), NOSPLIT, $0-16
	MOVQ n+0(FP), AX
	ADDQ $31, AX
	MOVQ AX, ret+8(FP)
	RET
-- price/price_arm64.s --
#include "textflag.h"

TEXT ·Assembled(SB), NOSPLIT, $0-16
	MOVD n+0(FP), R0
	ADD $31, R0
	MOVD R0, ret+8(FP)
	RET
-- shop_test.go --
package shop_test

import (
	"testing"

	"example.com/my.shop/price"
)

var goods = []price.Good{price.Apple{}, &price.Pear{}}

var sink any

func BenchmarkShop(b *testing.B) {
	for i := range b.N {
		sum := price.Of(i) + price.Adder(i)(2) + price.Assembled(i)
		for _, good := range goods {
			sum += good.Weigh()
		}
		sum += price.Largest([]int{i, 2}) + int(price.Half(float64(price.Largest([]float64{1, 2}))))
		sink = price.Say(sum) + price.Name(i)
	}
}

func BenchmarkOther(b *testing.B) {
	for i := range b.N {
		price.Rest(i)
	}
}
`

// edit replaces a text of one file of shop, which must be there.
func edit(t *testing.T, file, from, to string) string {
	t.Helper()
	for _, f := range txtar.Parse([]byte(shop)).Files {
		if f.Name == file {
			require.Contains(t, string(f.Data), from)
			return fmt.Sprintf("-- %s --\n%s", file, strings.Replace(string(f.Data), from, to, 1))
		}
	}
	require.Fail(t, "no such file", file)
	return ""
}

const module = "example.com/my.shop"

// compareAll loads both sides and compares a benchmark.
func compareAll(baseline, candidate []samecode.Package, pkg, benchmark string) (samecode.Result, error) {
	sides, err := samecode.Load(baseline, candidate)
	if err != nil {
		return samecode.Result{}, err
	}
	return sides.Compare(pkg, benchmark)
}

func compare(t *testing.T, baseline, candidate []samecode.Package, benchmark string) samecode.Result {
	t.Helper()
	result, err := compareAll(baseline, candidate, module, benchmark)
	require.NoError(t, err)
	return result
}

func TestEqualCode(t *testing.T) {
	baseline := packagesOf(t, shop)
	price := func(from, to string) string { return edit(t, "price/price.go", from, to) }
	more := func(imports, code string) string {
		return "-- more_test.go --\npackage shop_test\n\nimport (\"testing\"; " + imports + ")\n\n" + code
	}
	for name, change := range map[string]string{
		"another folder":  "",
		"a function more": price("func Of(", "func More(n int) int { return n + len(\"more\") + len(Say(n)) }\n\nfunc Of("),
		"a test more":     more("", `func TestMore(t *testing.T) { t.Log("more") }`),
		"a benchmark more": more("", `func BenchmarkMore(b *testing.B) {
			f := func() int { return 2 }
			for b.Loop() { _ = f() }
		}`),
		"a test that imports more": more(`"encoding/json"; "text/template"`, `func TestMore(t *testing.T) {
			json.Marshal(t)
			template.New("x").Execute(nil, nil)
		}`),
		"an inner test more": "-- shop.go --\npackage shop\n-- in_test.go --\npackage shop\n\n" +
			"import \"testing\"\n\nfunc TestMore(t *testing.T) {}\n",
		"a comment":                            price("func Of(", "// Of is that of n.\nfunc Of("),
		"another method, not called":           price("a.n + 13", "a.n + 14"),
		"a field more of an unreached type":    price("struct{ a, b int }", "struct{ a, b, c int }"),
		"another function, unreached":          price("n - 29", "n - 30"),
		"a variable of another name":           strings.ReplaceAll(price("factor", "faktor"), "factor", "faktor"),
		"a variable more, whose value is data": price("var factor", "var other = []int{4, 5}\n\nvar factor"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := compare(t, baseline, packagesOf(t, shop, change), "BenchmarkShop")
			assert.Empty(t, result.Differ)
			assert.Greater(t, result.Functions, 100)
		})
	}
}

const withC = `
-- go.mod --
module example.com/my.shop

go 1.24
-- shop.go --
package shop

// int twice(int n) { return 2 * n; }
import "C"

func Twice(n int) int { return int(C.twice(C.int(n))) }

func Unused(n int) int { return n }
-- shop_test.go --
package shop

import "testing"

func BenchmarkShop(b *testing.B) {
	for i := range b.N {
		Twice(i)
	}
}
`

func TestCodeInC(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("no C compiler")
	}
	baseline := packagesOf(t, withC)
	same := compare(t, baseline, packagesOf(t, withC), "BenchmarkShop")
	assert.Empty(t, same.Differ)
	other := compare(t, baseline, packagesOf(t, strings.Replace(withC, "2 * n", "3 * n", 1)), "BenchmarkShop")
	assert.Contains(t, other.Differ, "example.com/my.shop (C code)")
}

func TestWhatCannotBeTold(t *testing.T) {
	packages := packagesOf(t, shop)
	_, err := compareAll(packages, packages, module, "BenchmarkNone")
	assert.ErrorIs(t, err, samecode.ErrUnknown)
	_, err = compareAll(packages, packages[:len(packages)-1], module, "BenchmarkShop") // without main
	assert.ErrorIs(t, err, samecode.ErrUnknown)
	lacking := slices.DeleteFunc(slices.Clone(packages), func(p samecode.Package) bool { return p.Path == module+"/price" })
	_, err = compareAll(lacking, lacking, module, "BenchmarkShop")
	assert.ErrorIs(t, err, samecode.ErrUnknown)
	other := copied(t, packages)
	for i, p := range other { // a line of another toolchain
		if p.Path == module+"/price" {
			content, err := os.ReadFile(p.File)
			require.NoError(t, err)
			system := []byte("go object " + runtime.GOOS)
			changed := bytes.ReplaceAll(content, system, slices.Concat([]byte("go object "), bytes.Repeat([]byte("x"), len(runtime.GOOS))))
			require.NoError(t, os.WriteFile(other[i].File, changed, 0o600))
		}
	}
	_, err = compareAll(packages, other, module, "BenchmarkShop")
	assert.ErrorIs(t, err, samecode.ErrUnknown)
}

func TestOtherCode(t *testing.T) {
	baseline := packagesOf(t, shop)
	const price = "price/price.go"
	for _, row := range []struct{ name, file, from, to, differs string }{
		{"a constant", price, "rate = 19", "rate = 20", "example.com/my.shop/price.deep"},
		{"a string", price, "it is %d", "it's  %d", "example.com/my.shop/price.Say"},
		{"a string of a switch", price, "eight", "ehgit", "example.com/my.shop/price.Name"},
		{"a string of a switch by the same jump", price, `case 7:
		return "seven"`, `case 7:
		return "sevem"`, "example.com/my.shop/price.Name"},
		{"a callee two calls deep", price, "n*rate", "n+rate", "example.com/my.shop/price.deep"},
		{"a callee that is inlined", price, "n ^ 5", "n ^ 6", "example.com/my.shop/price.deep"},
		{"a method behind an interface", price, "a.n + 11", "a.n + 12", "example.com/my.shop/price.Apple.Weigh"},
		{"a method of a pointer", price, "p.n + 17", "p.n + 18", "example.com/my.shop/price.(*Pear).Weigh"},
		{"a closure", price, "m + n + 23", "m + n + 24", "example.com/my.shop_test.BenchmarkShop"},
		{"a variable's first value", price, "factor = 7", "factor = 8", ""},
		{"a table's", price, "{1, 2, 3}", "{1, 2, 4}", ""},
		{"a map's", price, `"b": 2`, `"b": 3`, ""},
		{"a float", price, "0.123", "0.124", ""},
		{"an init", price, "n * 3", "n * 4", "example.com/my.shop/price.init.0.func1"},
		{"an init more", price, "func Of(", "func init() { factor++ }\n\nfunc Of(", "example.com/my.shop/price.init"},
		{"a generic function", price, "n*2", "n*3", ""},
		{"a type argument", "shop_test.go", "[]float64{1, 2}", "[]int{1, 2}", "example.com/my.shop_test.BenchmarkShop"},
		{"assembly", "price/price_" + runtime.GOARCH + ".s", "$31", "$32", "example.com/my.shop/price.Assembled"},
		{"which variable, of equal ones", price, "*factor + second", "*factor + factor", ""},
		{"which function", price, "return deep(n)*", "return Rest(n)*", ""},
		{"which method", "shop_test.go", "price.Apple{}, &", "&price.Pear{}, &", ""},
		{"the benchmark", "shop_test.go", "(2)", "(3)", "example.com/my.shop_test.BenchmarkShop"},
		{"a TestMain", "shop_test.go", "func BenchmarkOther",
			"func TestMain(m *testing.M) { m.Run() }\n\nfunc BenchmarkOther", "main.main"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if row.name == "assembly" && runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
				t.Skip("no assembly for this architecture")
			}
			change := edit(t, row.file, row.from, row.to)
			result := compare(t, baseline, packagesOf(t, shop, change), "BenchmarkShop")
			assert.NotEmpty(t, result.Differ)
			if row.differs != "" {
				assert.Contains(t, result.Differ, row.differs)
			}
			t.Log(result.Differ)
		})
	}
}
