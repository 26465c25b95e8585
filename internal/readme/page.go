// Package readme reads the repository's pages, for the tests that execute what stands on them.
package readme

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Page is a Markdown file.
type Page struct {
	Name  string // its path below the top folder, with slashes
	Prose string // without its blocks
	// Blocks are the fenced ones, in order.
	Blocks []Block
}

// Block is a fenced block of a page.
type Block struct {
	Kind string // what stands behind the fence: "go", "sh"; empty when nothing does
	Text string // its lines, each with its end
	Line int    // of the opening fence, from 1
}

// Read reads a page of the repository whose top folder is root.
func Read(root, name string) (Page, error) {
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return Page{}, err
	}
	return Parse(name, string(data))
}

// Parse splits a page into its prose and its blocks. A block that is not closed is an error, and so is a fence that does not begin
// its line, which would hide a block from whoever executes them.
func Parse(name, text string) (Page, error) {
	const fence = "```"
	p := Page{Name: name}
	var open *Block
	n := 0
	for line := range strings.Lines(text) {
		n++
		kind, fenced := strings.CutPrefix(line, fence)
		switch kind = strings.TrimSpace(kind); {
		case open == nil && fenced:
			open = &Block{Kind: kind, Line: n}
		case open == nil && strings.HasPrefix(strings.TrimSpace(line), fence):
			return Page{}, fmt.Errorf("%s:%d: an indented fence; begin the line with it", name, n)
		case open == nil:
			p.Prose += line
		case fenced && kind == "":
			p.Blocks = append(p.Blocks, *open)
			open = nil
		default:
			open.Text += line
		}
	}
	if open != nil {
		return Page{}, fmt.Errorf("%s:%d: the block is not closed", name, open.Line)
	}
	return p, nil
}

// Block is the one block of that kind that has the text.
func (p Page) Block(kind, has string) (Block, error) {
	var found []Block
	for _, b := range p.Blocks {
		if b.Kind == kind && strings.Contains(b.Text, has) {
			found = append(found, b)
		}
	}
	if len(found) != 1 {
		return Block{}, fmt.Errorf("%s: %d blocks of kind %q have %q, and one was to", p.Name, len(found), kind, has)
	}
	return found[0], nil
}

var (
	code = regexp.MustCompile("(?s)(?:``(.+?)``|`([^`]+)`)")
	link = regexp.MustCompile(`\]\(([^)]+)\)`)
)

// Code is what stands in the prose as code, each on one line.
func (p Page) Code() []string {
	var found []string
	for _, m := range code.FindAllStringSubmatch(p.Prose, -1) {
		found = append(found, strings.Join(strings.Fields(m[1]+m[2]), " "))
	}
	return found
}

// Links are where the prose's links and pictures lead.
func (p Page) Links() []string {
	var found []string
	for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(p.Prose, ""), -1) {
		found = append(found, m[1])
	}
	return found
}

// Command is a line for a shell, and what stands behind it as a comment.
type Command struct{ Line, Comment string }

// Commands are a block's: all of its lines, those that a backslash continues as one; of a session, those behind a "$ ".
func (b Block) Commands() []Command {
	var found []Command
	for line := range strings.Lines(strings.ReplaceAll(b.Text, "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if b.Kind == "console" {
			typed, ok := strings.CutPrefix(line, "$ ")
			if !ok {
				continue
			}
			line = typed
		}
		if line == "" {
			continue
		}
		command, comment, _ := strings.Cut(line, " # ")
		found = append(found, Command{strings.TrimSpace(command), strings.TrimSpace(comment)})
	}
	return found
}
