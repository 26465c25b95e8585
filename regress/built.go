package regress

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"testing"

	"github.com/tailgate-go/tailgate/internal/testbin"
)

// builtWith is what this test was built with for a flag of go test, such as "-tags"; empty in a program, whose build says nothing
// of what it is to measure.
func builtWith(flag string) string {
	if !testing.Testing() {
		return ""
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == flag {
			return s.Value
		}
	}
	return ""
}

// unreached are sentences on flags of this go test that do not reach what is measured.
func unreached(ctx context.Context, dir string) (notes []string, err error) {
	for _, flag := range []string{"-asmflags", "-gcflags", "-ldflags", "-pgo"} {
		value := builtWith(flag)
		if value == "" || flag == "-pgo" && filepath.Base(value) == "default.pgo" { // which both sides find by themselves
			continue
		}
		if has, err := testbin.HasFlag(ctx, dir, flag); err != nil {
			return nil, err
		} else if !has {
			notes = append(notes, unreachedNote(flag, value))
		}
	}
	return notes, nil
}

func unreachedNote(flag, value string) string {
	return fmt.Sprintf("go test %s=%s does not reach what is measured, which is built with the tags of this test and with GOFLAGS: "+
		"to measure with it, write it there", flag, value)
}
