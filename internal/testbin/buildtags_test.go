package testbin

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBuildTags(t *testing.T) {
	repo := newRepo(t, `
-- go.mod --
module example.com/shop

go 1.26
-- fast/slow.go --
//go:build !fast

package fast

const Speed = "slow"
-- fast/fast.go --
//go:build fast

package fast

import _ "example.com/shop/table"

const Speed = "fast"
-- fast/fast_test.go --
//go:build fast

package fast

import "testing"

func BenchmarkFast(b *testing.B) { b.Log(Speed) }
-- table/table.go --
package table
`)
	s := newScratch(t)
	tree := newTree(t, s, repo)
	top := map[string]struct {
		dir      string
		packages func(context.Context, string, string) ([]Package, error)
		reaches  func(context.Context, string, ...string) ([]Reach, error)
	}{
		"work tree": {repo.Root, Packages, Reaches}, "commit": {tree.Dir, tree.Packages, tree.Reaches},
	}
	for _, c := range []struct {
		name, tags, goflags string
		built               bool
	}{
		{"without tags the test is left out", "", "-trimpath", false},
		{"with its tag it is built", "other,fast", "-trimpath", true},
		{"those of GOFLAGS hold where none are given", "", "-tags=fast", true},
		{"and are replaced where some are, as by the go command", "other", "-tags=fast", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("GOFLAGS", c.goflags)
			ctx := WithTags(t.Context(), c.tags)
			for side, in := range top {
				listed, err := in.packages(ctx, in.dir, "./fast")
				require.NoError(t, err)
				require.Len(t, listed, 1)
				b, err := s.Build(ctx, filepath.Join(in.dir, "fast"))
				if !c.built {
					assert.ErrorIs(t, err, ErrNoTests, side)
					continue
				}
				require.NoError(t, err)
				require.Empty(t, b.NoTurns)
				reached, err := in.reaches(ctx, in.dir, "./fast")
				require.NoError(t, err)
				require.Len(t, reached, 1)
				assert.Contains(t, reached[0].Dirs, filepath.Join(in.dir, "table"), side)
				archives, err := b.Archives(ctx)
				require.NoError(t, err)
				assert.NotEmpty(t, archives)
				relinked, err := b.Relink(ctx, 1)
				require.NoError(t, err)
				assert.NotEqual(t, b.SHA256, relinked[0].SHA256)
			}
		})
	}
}

func TestHasFlag(t *testing.T) {
	t.Setenv("GOFLAGS", "-trimpath --gcflags=-N -ldflags=-w")
	for flag, want := range map[string]bool{"-gcflags": true, "-ldflags": true, "-trimpath": true, "-asmflags": false, "-gc": false} {
		has, err := HasFlag(t.Context(), ".", flag)
		require.NoError(t, err)
		assert.Equal(t, want, has, flag)
	}
}
