package testbin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrChanged means that a package is no longer what a binary was built from.
var ErrChanged = errors.New("the source has changed since it was built")

// Relink makes more binaries of the code of b, one for each layout: with its functions in an order that this seed draws, or in the
// linker's own, which is that of Build, where it is 0. Two orders of the same functions differ in speed (Mytkowicz et al. 2009), so
// that one link is one draw however often it runs (Curtsinger and Berger 2013). C code keeps its place.
//
// The same code and layout give the same hash, in another folder too; under two layouts the same code has two. The error is
// ErrChanged if the source of b or what it imports has changed, or one of Build's. Calls may be concurrent.
func (b *Binary) Relink(ctx context.Context, layouts ...int64) ([]*Binary, error) {
	relinked := make([]*Binary, len(layouts))
	for i, layout := range layouts {
		other, err := b.beside()
		if err != nil {
			return nil, err
		}
		other.Layout = layout
		if err := other.link(ctx); err != nil {
			return nil, err
		}
		relinked[i] = other
	}
	if err := b.checkSource(ctx); err != nil {
		return nil, err
	}
	return relinked, nil
}

// beside is b with a path that is as long and still free.
func (b *Binary) beside() (*Binary, error) {
	out, err := b.scratch.mkdir("bin")
	if err != nil {
		return nil, err
	}
	other := *b
	other.Path = filepath.Join(out, filepath.Base(b.Path))
	other.Warnings = slices.Clone(b.Warnings)
	return &other, nil
}

// checkSource links a copy of b again: what was linked before is of the same source if this is. While the source is the same that
// takes a tenth of a second, for nothing is linked then.
func (b *Binary) checkSource(ctx context.Context) error {
	again, err := b.beside()
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(again.Path))
	if err := copyFile(again.Path, b.Path); err != nil {
		return err
	}
	if err := again.link(ctx); err != nil {
		return err
	}
	if again.SHA256 != b.SHA256 {
		return fmt.Errorf("%s: %w: run again, and edit nothing meanwhile", b.Dir, ErrChanged)
	}
	return nil
}

func copyFile(to, from string) error {
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, w.Close())
}

// linkFlags add what a gate asks of the linker to the flags that GOFLAGS has for it: a layout, if it is not 0, and to write no
// tables for debuggers (DWARF), which takes a third of the time of a link and changes nothing of what runs: code, data and the
// table of functions, which profiles and panics are told by, are the same to the byte. (./workload, AMD EPYC, Go 1.26, load 4,
// November 2026: 1.13 to 1.20 s with them, 0.75 to 0.79 s without.)
//
// A -ldflags replaces the one before it and does not add to it, those of GOFLAGS come first, and any may be limited to a pattern of
// packages: so all are given again, in their order, after one for a package that no pattern matches. Of a flag given to the linker
// twice the last counts.
func linkFlags(goflags string, layout int64) []string {
	set := "-w"
	if layout != 0 {
		set += fmt.Sprintf(" -randlayout=%d", layout)
	}
	flags := []string{"-ldflags=" + set}
	for _, flag := range splitFlags(goflags) {
		name, value, _ := strings.Cut(flag, "=")
		if name == "-ldflags" || name == "--ldflags" {
			flags = append(flags, "-ldflags="+value+" "+set)
		}
	}
	return flags
}

// splitFlags splits GOFLAGS as the go command does: at spaces, with quotes around whole flags only, and nothing escaped.
func splitFlags(s string) []string {
	var flags []string
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return flags
		}
		ends := " \t\r\n"
		if s[0] == '"' || s[0] == '\'' {
			s, ends = s[1:], s[:1]
		}
		end := strings.IndexAny(s, ends)
		if end < 0 {
			return append(flags, s) // with a quote that does not end, the go command refuses to do anything
		}
		flags = append(flags, s[:end])
		s = s[end+1:]
	}
}
