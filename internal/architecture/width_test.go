package architecture

import (
	"go/scanner"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// widest is how many columns a line of source or of Markdown prose may have. A tab is one.
const widest = 132

// kindOf is the ending by which a file is read; empty for one that is not held to a width. Of what browsers read only the page's
// own sources are: a report that somebody left in the tree is none.
func kindOf(name string) string {
	switch kind := path.Ext(name); kind {
	case ".go", ".md", ".sh":
		return kind
	case ".css", ".html", ".js":
		if path.Dir(name) == "internal/report/page" && !strings.Contains(name, ".min.") {
			return kind
		}
	case "":
		if name == ".ci/run" {
			return ".sh"
		}
	}
	return ""
}

func TestWhatIsHeldToAWidth(t *testing.T) {
	for name, want := range map[string]string{
		"policy/doc.go":                          ".go",
		"README.md":                              ".md",
		".github/serving.sh":                     ".sh",
		".ci/run":                                ".sh",
		"internal/report/page/page.css":          ".css",
		"internal/report/page/page.html":         ".html",
		"internal/report/page/rated.js":          ".js",
		"internal/report/page/uPlot.min.css":     "",
		"internal/report/page/uPlot-LICENSE":     "",
		"ok.html":                                "",
		"policy/verdict.schema.json":             "",
		"internal/report/page/uPlot.iife.min.js": "",
	} {
		assert.Equal(t, want, kindOf(name), name)
	}
}

func TestNoLineIsTooWide(t *testing.T) {
	top := filepath.Join("..", "..")
	seen := 0
	require.NoError(t, filepath.WalkDir(top, func(file string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(top, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			hidden := strings.HasPrefix(entry.Name(), ".") && name != "." && name != ".ci" && name != ".github"
			if hidden || entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		kind := kindOf(name)
		if kind == "" {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		seen++
		for _, line := range tooWide(kind, string(text)) {
			t.Errorf("%s:%d: the line has more than %d columns: break it where a thought ends", name, line, widest)
		}
		return nil
	}))
	assert.Greater(t, seen, 100, "no files were found to check")
}

// tooWide are the numbers of lines that are too wide. Raw strings of several lines, tables and fenced blocks are data, and may be.
func tooWide(kind, text string) (found []int) {
	data := map[int]bool{}
	if kind == ".go" {
		data = rawLines(text)
	}
	fenced := false
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSuffix(line, "\n")
		if kind == ".md" {
			if strings.HasPrefix(line, "```") {
				fenced = !fenced
			}
			data[number] = fenced || strings.HasPrefix(line, "|") || len(strings.Fields(line)) == 1
		}
		if !data[number] && utf8.RuneCountInString(line) > widest {
			found = append(found, number)
		}
	}
	return found
}

// rawLines are the lines of Go source that are a part of a raw string of several lines.
func rawLines(source string) map[int]bool {
	lines := map[int]bool{}
	file := token.NewFileSet().AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, []byte(source), nil, 0)
	for {
		pos, kind, text := s.Scan()
		if kind == token.EOF {
			return lines
		}
		if rest := strings.Count(text, "\n"); kind == token.STRING && rest > 0 {
			first := file.Line(pos)
			for line := first; line <= first+rest; line++ {
				lines[line] = true
			}
		}
	}
}

func TestWideLinesAreFound(t *testing.T) {
	full := strings.Repeat("é", widest)
	for name, c := range map[string]struct {
		kind, text string
		want       []int
	}{
		"exactly as wide as may be":           {".md", full + "\n", nil},
		"a column more":                       {".md", "a\n\nb " + full + "\n", []int{3}},
		"one word, such as an address":        {".md", full + full + "\n", nil},
		"a table":                             {".md", "| a | " + full + " |\n", nil},
		"a fenced block, and prose behind it": {".md", "```\na " + full + "\n```\na " + full, []int{4}},
		"a comment":                           {".go", "package a\n\n// " + full + "\n", []int{3}},
		"a string on one line":                {".go", "package a\n\nconst b = `" + full + "`\n", []int{3}},
		"a rule of the page's style":          {".css", "a { b: c }\n.d { " + full + " }\n", []int{2}},
		"a string of several lines":           {".go", "package a\n\nconst b = `c\n" + full + "d\n`\n\n// " + full + "\n", []int{7}},
	} {
		assert.Equal(t, c.want, tooWide(c.kind, c.text), name)
	}
}
