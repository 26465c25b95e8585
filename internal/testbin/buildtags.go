package testbin

import (
	"context"
	"strings"
)

type tagsKey struct{}

// WithTags is a context in which packages are listed and built with build tags, as go test -tags takes them, in the place of those
// that GOFLAGS names. Empty leaves them to GOFLAGS.
func WithTags(ctx context.Context, tags string) context.Context {
	if tags == "" {
		return ctx
	}
	return context.WithValue(ctx, tagsKey{}, tags)
}

// tagFlags are those of go list and go test.
func tagFlags(ctx context.Context) []string {
	if tags, ok := ctx.Value(tagsKey{}).(string); ok {
		return []string{"-tags=" + tags}
	}
	return nil
}

// HasFlag reports whether GOFLAGS, as the go command of dir has it, names a flag such as "-gcflags".
func HasFlag(ctx context.Context, dir, flag string) (bool, error) {
	t, err := toolchainOf(ctx, dir, nil)
	if err != nil {
		return false, err
	}
	for _, set := range splitFlags(t.GOFLAGS) {
		if name, _, _ := strings.Cut(set, "="); name == flag || name == "-"+flag {
			return true, nil
		}
	}
	return false, nil
}
