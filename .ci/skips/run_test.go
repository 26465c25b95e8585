package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const events = `{"Action":"start","Package":"a"}
{"Action":"run","Package":"a","Test":"TestOne"}
{"Action":"output","Package":"a","Test":"TestOne","Output":"=== RUN   TestOne\n"}
{"Action":"output","Package":"a","Test":"TestOne/x","Output":"    a_test.go:7: nothing may be mounted here\n"}
{"Action":"output","Package":"a","Test":"TestTwo","Output":"    a_test.go:9: meanwhile\n"}
{"Action":"output","Package":"a","Test":"TestOne/x","Output":"    --- SKIP: TestOne/x (0.00s)\n"}
{"Action":"skip","Package":"a","Test":"TestOne/x"}
{"Action":"pass","Package":"a","Test":"TestOne"}
{"Action":"skip","Package":"a","Test":"TestThree"}
{"Action":"pass","Package":"a","Test":"TestTwo"}
{"Action":"output","Package":"a","Output":"PASS\n"}
{"Action":"output","Package":"a","Output":"ok  \ta\t0.001s\n"}
{"Action":"pass","Package":"a"}
{"ImportPath":"b [b.test]","Action":"build-output","Output":"b.go:1:1: syntax error\n"}
{"Action":"output","Package":"c","Test":"TestFour","Output":"    c_test.go:3: nothing may be mounted here\n"}
{"Action":"skip","Package":"c","Test":"TestFour"}
{"Action":"output","Package":"c","Test":"TestFive","Output":"    c_test.go:5: wrong\n"}
{"Action":"fail","Package":"c","Test":"TestFive"}
{"Action":"output","Package":"c","Test":"TestSix","Output":"panic: boom\n"}
{"Action":"output","Package":"c","Output":"FAIL\tc\t0.002s\n"}
{"Action":"fail","Package":"c"}
`

func TestRunPrintsWhatGoTestPrintsAndListsSkips(t *testing.T) {
	var r run
	var printed strings.Builder
	require.NoError(t, r.read(strings.NewReader(events), &printed))
	assert.Equal(t, "ok  \ta\t0.001s\nb.go:1:1: syntax error\n    c_test.go:5: wrong\npanic: boom\nFAIL\tc\t0.002s\n",
		printed.String())
	want := "- skipped: TestThree: no reason given\n- skipped: TestOne/x, TestFour: nothing may be mounted here\n"
	assert.Equal(t, want, r.skipped())

	summary := filepath.Join(t.TempDir(), "summary.md")
	require.NoError(t, os.WriteFile(summary, []byte("before\n"), 0o644))
	require.NoError(t, summarise(summary, r.skipped()))
	data, err := os.ReadFile(summary)
	require.NoError(t, err)
	assert.Equal(t, "before\n\n"+want, string(data))
}

func TestRunPrintsAllThatCameUnderV(t *testing.T) {
	r := run{verbose: true}
	var printed strings.Builder
	require.NoError(t, r.read(strings.NewReader(events), &printed))
	assert.Contains(t, printed.String(), "=== RUN   TestOne\n")
	assert.Equal(t, 1, strings.Count(printed.String(), "ok  \ta\t0.001s\n"))
}

func TestWhatIsNoEventIsAnError(t *testing.T) {
	assert.ErrorContains(t, new(run).read(strings.NewReader("no go files\n"), &strings.Builder{}), "go test -json: ")
}
