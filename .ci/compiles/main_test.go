package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatDoesNotCompileForAnotherSystemIsFound(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":               "module example.com/shop\n\ngo 1.26\n",
		"user/user.go":         "package user\n\nimport \"example.com/shop/used\"\n\nvar _ = used.ID\n",
		"used/used_linux.go":   "package used\n\nimport \"syscall\"\n\nvar ID = syscall.Gettid\n",
		"used/used_darwin.go":  "package used\n\nimport \"syscall\"\n\nvar ID = syscall.Gettid\n",
		"tests/tests_test.go":  "package tests\n\nimport \"syscall\"\n\nvar _ = syscall.Gettid\n",
		"tests/tests.go":       "package tests\n",
		"linux/linux_linux.go": "package linux\n",
	} {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	assert.NoError(t, check("linux/amd64", dir, "./..."))
	assert.ErrorContains(t, check("darwin/arm64", dir, "./user"), "undefined: syscall.Gettid", "in what it imports")
	assert.ErrorContains(t, check("darwin/arm64", dir, "./tests"), "tests_test.go:5:17: undefined: syscall.Gettid")
	assert.Error(t, check("darwin/arm64", dir, "./linux"))
	assert.ErrorContains(t, check("darwin/arm64", dir, "./linux/..."), "no packages")
	assert.Error(t, check("nothing/amd64", dir, "./..."))
}
