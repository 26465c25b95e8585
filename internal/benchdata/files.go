package benchdata

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ReadFiles reads the results of one side from files. A pattern is the name of a file or, if there is none of that
// name, a pattern as of [filepath.Match]; a file that several patterns name is read once. A file that ends in .json may be
// one of the inference gateway's load generator: each is one run of a benchmark LoadGenerator/model=<model>/rate=<rate>.
// The error is [Problems], those of all files.
func ReadFiles(patterns ...string) (*Set, error) {
	return Reader{}.readFiles(patterns, defaultLimits, (*parser).read)
}

// readFiles reads files each by itself. What they hold together is bounded as what one holds.
func (as Reader) readFiles(patterns []string, lim limits, parse func(*parser) (*Set, error)) (*Set, error) {
	read := func(r io.Reader, name string) (*Set, error) { return parse(newParser(r, name, lim, as)) }
	var problems Problems
	if len(patterns) == 0 {
		problems = append(problems, Problem{Fact: "no file of benchmark results is named", Fix: recordFix("")})
	}
	set := &Set{}
	var seen []fs.FileInfo
	for _, pattern := range patterns {
		names, problem := expand(pattern)
		if problem != nil {
			problems = append(problems, *problem)
		}
		for _, name := range names {
			info, one, err := readFile(name, seen, read)
			if info != nil {
				seen = append(seen, info)
			}
			var ps Problems
			if errors.As(err, &ps) {
				problems = append(problems, ps...)
			} else if one != nil && len(seen) == 1 {
				set = one
			} else if one != nil {
				problems = append(problems, set.Add(one)...)
				if most := set.over(lim); most != "" {
					return nil, append(problems, Problem{File: name, Fact: "with the files before it more than " + most, Fix: splitFix})
				}
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	set.Source = strings.Join(patterns, ", ")
	return set, nil
}

// expand returns the files of a pattern.
func expand(pattern string) ([]string, *Problem) {
	if _, err := os.Stat(pattern); err == nil || !strings.ContainsAny(pattern, `*?[`) {
		return []string{pattern}, nil // a missing file is found when it is opened
	}
	names, err := filepath.Glob(pattern)
	switch {
	case err != nil:
		return nil, &Problem{File: pattern, Fact: "not a pattern", Fix: `close every "[" or write it as "\["`}
	case len(names) == 0:
		return nil, &Problem{File: pattern, Fact: "matches no file", Fix: recordFix("")}
	}
	return names, nil
}

// readFile reads one file unless it is among those seen; then the Set is nil.
func readFile(name string, seen []fs.FileInfo, read func(io.Reader, string) (*Set, error)) (fs.FileInfo, *Set, error) {
	// Not before it is known what it is: to open a pipe waits for who writes to it, maybe forever.
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil, nil, Problems{{File: name, Fact: "is no plain file", Fix: "name a file of benchmark results"}}
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, Problems{fileProblem(name, err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, Problems{fileProblem(name, err)}
	}
	if info.IsDir() {
		return nil, nil, Problems{{File: name, Fact: "is a directory", Fix: "name a file of benchmark results"}}
	}
	for _, other := range seen {
		if os.SameFile(info, other) {
			return nil, nil, nil
		}
	}
	if filepath.Ext(name) == ".json" && info.Size() <= mostLoadGenerator {
		text, err := io.ReadAll(io.LimitReader(f, mostLoadGenerator))
		if err != nil {
			return info, nil, Problems{fileProblem(name, err)}
		}
		if set, err, ok := readLoadGenerator(text, name); ok {
			return info, set, err
		}
		set, err := read(bytes.NewReader(text), name)
		return info, set, err
	}
	set, err := read(f, name)
	return info, set, err
}

func fileProblem(name string, err error) Problem {
	if errors.Is(err, fs.ErrNotExist) {
		return Problem{File: name, Fact: "does not exist", Fix: recordFix(name)}
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return Problem{File: name, Fact: "cannot be read: " + err.Error(), Fix: "check the file"}
}
