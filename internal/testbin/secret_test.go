package testbin

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLooksSecret(t *testing.T) {
	for _, pair := range []string{
		"GITHUB_TOKEN=x", "GH_TOKEN=x", "HF_TOKEN=x", "TOKEN=x", "NPM_AUTH_TOKEN=x", "ACCESSTOKEN=x", "ACTIONS_RUNTIME_URL=x",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_PROFILE=x", "AZURE_CLIENT_ID=x",
		"GOOGLE_APPLICATION_CREDENTIALS=x", "OPENAI_API_KEY=x", "VLLM_APIKEY=x", "DEPLOY_SECRET=x", "CLIENTSECRET=x",
		"DB_PASSWORD=x", "PGPASSWORD=x", "MYSQL_PWD=x", "CI_JOB_JWT=x",
		"CI_REGISTRY_PASSWORD=x", "CI_JOB_TOKEN=x", "SSH_AUTH_SOCK=x", "GIT_ASKPASS=x", "KUBECONFIG=x", "SENTRY_DSN=x", "GITHUB_ENV=x",
		"GITHUB_OUTPUT=x", "GITHUB_PATH=x", "GITHUB_STEP_SUMMARY=x", "github_token=x", "Session_Cookie=x",
		"HTTP_PROXY=http://me:hunter2@proxy:3128", "GOPROXY=https://proxy.example.com,https://me:x@go.example.com",
		"DB=postgres://u:p@db/x", "PEM=-----BEGIN RSA PRIVATE KEY-----\nx", "A=ghp_0123456789abcdefghij",
		"A=AKIA0123456789ABCDEF", "A=token sk-proj-0123456789abcdefghij",
	} {
		name, value, _ := strings.Cut(pair, "=")
		assert.True(t, looksSecret(name, value), pair)
	}
	for _, pair := range []string{
		"PATH=/bin:/usr/bin", "HOME=/root", "TMPDIR=/tmp", "LANG=C",
		"GOMAXPROCS=2", "GOGC=100", "GOMEMLIMIT=1GiB", "GODEBUG=x=1", "GOFLAGS=-mod=mod",
		"OMP_NUM_THREADS=2", "OPENBLAS_NUM_THREADS=1", "LD_LIBRARY_PATH=/opt/lib", "CUDA_VISIBLE_DEVICES=0", "MAX_TOKENS=128",
		"TOKENIZERS_PARALLELISM=false", "MODEL_PATH=/models/key.safetensors", "GITHUB_ACTIONS=true",
		"GITHUB_SHA=0123", "RUNNER_TEMP=/t", "CI=true", "HTTP_PROXY=http://proxy:3128", "URL=http://127.0.0.1:8000/v1",
		"AT=http://host/a@b", "KEYBOARD=us", "MONKEY=1", "COMPASS=n", "AUTHOR=me",
		"PATH_PATTERN=x", "SOCK=sk-short", "=C:=C:\\x",
	} {
		name, value, _ := strings.Cut(pair, "=")
		assert.False(t, looksSecret(name, value), pair)
	}
}

func TestNoSecretReachesABenchmark(t *testing.T) {
	t.Setenv("GITHUB_TOKEN", "x")
	t.Setenv("HF_TOKEN", "y")
	t.Setenv("OMP_NUM_THREADS", "2")
	withheld := Withheld([]string{"HF_TOKEN"})
	assert.Contains(t, withheld, "GITHUB_TOKEN")
	assert.NotContains(t, withheld, "HF_TOKEN")
	assert.NotContains(t, withheld, "OMP_NUM_THREADS")

	s := newScratch(t)
	binary := build(t, s, newRepo(t, moody, "moody").Root)
	output, err := binary.Run(t.Context(), RunOptions{Env: []string{"MOOD=tell", "OWN_TOKEN=z"}, Keep: []string{"HF_TOKEN"}})
	require.NoError(t, err)
	environ := strings.Split(string(output.Stdout), "\n")
	assert.Contains(t, environ, "HF_TOKEN=y")
	assert.Contains(t, environ, "OMP_NUM_THREADS=2")
	assert.Contains(t, environ, "OWN_TOKEN=z", "the gate gives what it gives")
	assert.Contains(t, environ, "HOME="+os.Getenv("HOME"))
	assert.NotContains(t, string(output.Stdout), "GITHUB_TOKEN")
	assert.Contains(t, toolEnviron(), "GITHUB_TOKEN=x", "modules are fetched with it")
}

// What is withheld is said in one place, whole.
func TestWhatIsWithheldIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../SECURITY.md")
	require.NoError(t, err)
	for _, names := range [][]string{secretWords, secretEnds, secretPrefixes, secretNames} {
		for _, name := range names {
			assert.Contains(t, string(text), "`"+name+"`")
		}
	}
}
