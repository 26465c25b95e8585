package testbin

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// cFiles are those that C code may include.
var cFiles = []string{
	"*.c", "*.cc", "*.cpp", "*.cxx", "*.h", "*.hh", "*.hpp", "*.hxx", "*.inc", "*.inl", "*.def", "*.m", "*.mm", "*.s", "*.S",
}

// cEnviron makes the go command compile C code anew where a file differs that it may include. Of a package's C code the command's
// cache knows the files of the package's own folder, and not those that they include from others; and as no paths are built in, it
// takes the packages of two trees for one. So a macro that no code reads tells apart what is compiled with other C files. A
// repository without C code gets none.
func (s *Scratch) cEnviron(ctx context.Context, dir string) ([]string, error) {
	top, err := git(ctx, dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, nil // what is in no repository is compared with nothing
	}
	top = filepath.FromSlash(top)
	s.mu.Lock()
	defer s.mu.Unlock()
	sum, known := s.cSums[top]
	if !known {
		if sum, err = cSum(ctx, top); err != nil {
			return nil, fmt.Errorf("the C files of %s: %w", top, err)
		}
		if s.cSums == nil {
			s.cSums = map[string]string{}
		}
		s.cSums[top] = sum
	}
	if sum == "" {
		return nil, nil
	}
	flags, err := tool(ctx, dir, nil, "go", "env", "CGO_CPPFLAGS")
	if err != nil {
		return nil, err
	}
	return []string{"CGO_CPPFLAGS=" + strings.TrimSpace(string(flags)+" -DTAILGATE_C_"+sum)}, nil
}

// cSum identifies the C files of a work tree; empty if no code in Go uses C.
func cSum(ctx context.Context, top string) (string, error) {
	_, err := git(ctx, top, "grep", "-q", "-E", `^[[:space:]]*(import[[:space:]]+)?"C"[[:space:]]*(//.*)?$`, "--", "*.go")
	if isSilent(err) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	names, err := git(ctx, top, append([]string{"ls-files", "-z", "--"}, cFiles...)...)
	if err != nil || names == "" {
		return "", err
	}
	h := sha256.New()
	for name := range strings.SplitSeq(strings.TrimSuffix(names, "\x00"), "\x00") {
		fmt.Fprintf(h, "%q ", name)
		if err := addFile(h, filepath.Join(top, filepath.FromSlash(name))); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), nil
}

// addFile writes a file's content, or nothing of one that is no file there.
func addFile(w io.Writer, name string) error {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil
	} else if err != nil {
		return err
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}
