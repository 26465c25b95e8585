package testbin

import (
	"os"
	"regexp"
	"slices"
	"strings"
)

// A benchmark runs code that nobody may have read yet: a pull request's. It is not given what opens doors. This is a list of what
// is left out, not of what is let in, because no list has all that makes code fast or slow (OMP_NUM_THREADS, LD_LIBRARY_PATH, the
// paths of models), and a benchmark that runs otherwise than by hand measures something else.
//
// Code of the same user can still read the gate's own environment from /proc: this keeps secrets out of logs, crash dumps and what
// a dependency sends home, and is no prison.
var (
	// secretWords, between underscores, make a name a secret's. TOKENS and TOKENIZERS do not: MAX_TOKENS is a number.
	secretWords = []string{
		"APIKEY", "ASKPASS", "AUTH", "COOKIE", "CREDS", "DSN", "JWT", "KEY", "KUBECONFIG", "NETRC", "PASS", "PASSPHRASE", "PAT",
	}
	// secretEnds are those of such words: PGPASSWORD, ACCESSTOKEN.
	secretEnds = []string{"TOKEN", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "CREDENTIAL", "CREDENTIALS"}
	// secretPrefixes are of variables of which too many are secrets: of clouds, of agents, of the runner of workflows.
	secretPrefixes = []string{"ACTIONS_", "AWS_", "AZURE_", "GCP_", "GOOGLE_", "SSH_", "VAULT_"}
	// secretNames are others: the files through which a step of a workflow orders the runner about, and what goes by no rule.
	secretNames = []string{
		"GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY",
		"DATABASE_URL", "GOAUTH", "MYSQL_PWD",
	}
	// secretValues are an address with a password in it, a private key, and tokens that show what they are.
	secretValues = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE KEY|` +
		`\b(gh[opsur]_[a-z0-9]{20}|github_pat_[a-z0-9_]{20}|glpat-[a-z0-9_-]{20}|AKIA[0-9A-Z]{16}|` +
		`xox[abprs]-[a-z0-9-]{10}|hf_[a-z0-9]{30}|sk-[a-z0-9_-]{20}|` +
		`eyJ[a-z0-9_-]{10,}\.eyJ[a-z0-9_-]{10,}\.)`)
)

// looksSecret reports whether a variable is one that a benchmark is not given. Letters may be small: Windows does not tell them
// apart.
func looksSecret(name, value string) bool {
	name = strings.ToUpper(name)
	begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	if slices.Contains(secretNames, name) || slices.ContainsFunc(secretPrefixes, begins) || secretValues.MatchString(value) {
		return true
	}
	return slices.ContainsFunc(strings.Split(name, "_"), func(word string) bool {
		ends := func(end string) bool { return strings.HasSuffix(word, end) }
		return slices.Contains(secretWords, word) || slices.ContainsFunc(secretEnds, ends)
	})
}

// Withheld are the names of this process's variables that look like secrets and are not among those to keep, sorted. No benchmark
// is given them.
func Withheld(keep []string) []string {
	var names []string
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if !slices.Contains(keep, name) && looksSecret(name, value) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
