package samecode

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// archive is what the go command keeps of a compiled package: objects of the compiler and the assembler, and those of C.
type archive struct {
	file    string
	tool    string // the line of the toolchain: "go object linux amd64 go1.26.8 GOAMD64=v1 X:..."
	objects []*object
	foreign []byte // C code, and whatever else is not of Go
	content []byte
}

const (
	archiveMagic = "!<arch>\n"
	entrySize    = 60
	exportEntry  = "__.PKGDEF" // what importers of the package read
	objectLine   = "go object "
	objectBody   = "\n!\n"
)

// readArchive reads a package. The error is that of the file, or errDamaged.
func readArchive(file string) (*archive, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	a, err := parseArchive(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	a.file = file
	return a, nil
}

var errDamaged = errors.New("not a compiled package, or a damaged one")

func parseArchive(content []byte) (*archive, error) {
	rest, ok := bytes.CutPrefix(content, []byte(archiveMagic))
	if !ok {
		return nil, errDamaged
	}
	a := &archive{content: content}
	for len(rest) > 0 {
		if len(rest) < entrySize {
			return nil, errDamaged
		}
		name := strings.TrimRight(string(rest[:16]), " ")
		size, err := strconv.Atoi(strings.TrimRight(string(rest[48:58]), " "))
		rest = rest[entrySize:]
		if err != nil || size < 0 || size > len(rest) {
			return nil, errDamaged
		}
		if err := a.add(name, rest[:size:size]); err != nil {
			return nil, err
		}
		rest = rest[min(size+size%2, len(rest)):]
	}
	if len(a.objects) == 0 {
		return nil, errDamaged
	}
	return a, nil
}

// add adds one entry.
func (a *archive) add(name string, entry []byte) error {
	if name == exportEntry {
		return nil
	}
	if !bytes.HasPrefix(entry, []byte(objectLine)) {
		a.foreign = append(append(a.foreign, name...), entry...)
		return nil
	}
	head, body, ok := bytes.Cut(entry, []byte(objectBody))
	if !ok {
		return errDamaged
	}
	line, _, _ := strings.Cut(string(head), "\n")
	if a.tool == "" {
		a.tool = line
	}
	if line != a.tool {
		return errDamaged
	}
	o, err := parseObject(body)
	if err != nil {
		return err
	}
	a.objects = append(a.objects, o)
	return nil
}

// compiled is the object of the compiler, which other packages refer to by number; nil if there is none.
func (a *archive) compiled() *object {
	for _, o := range a.objects {
		if !o.assembled() {
			return o
		}
	}
	return nil
}
