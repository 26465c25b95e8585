package manifests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// The folders that README.md shows.
func TestTheReadmesFoldersBuild(t *testing.T) {
	built := map[string]objects{}
	for _, first := range []string{"# manifests/mine/servers/kustomization.yaml", "# manifests/mine/load/kustomization.yaml"} {
		block := regexp.MustCompile("(?s)```yaml\n" + first + "\n(.*?)```").FindSubmatch(read(t, "../README.md"))
		require.NotNil(t, block, first)
		part := filepath.Base(filepath.Dir(first))
		mine, err := os.MkdirTemp(".", "own-")
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, os.RemoveAll(mine)) })
		dir := filepath.Join(mine, part)
		require.NoError(t, os.Mkdir(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), block[1], 0o644))
		built[part], _ = build(t, dir)
	}
	servers, load := built["servers"], built["load"]
	assert.EqualValues(t, 8, *load.job.Spec.Completions)
	assert.EqualValues(t, 8, *load.job.Spec.Parallelism)
	container := load.job.Spec.Template.Spec.Containers[0]
	assert.Contains(t, container.Env, corev1.EnvVar{Name: "TAILGATE_SHARDS", Value: "8"})
	assert.Equal(t, map[string]string{
		"TAILGATE_TARGET": "http://10.0.0.7", "TAILGATE_START": "30s", "TAILGATE_WAIT": "10m", "TAILGATE_BETWEEN": "5m",
	}, load.configs[container.EnvFrom[0].ConfigMapRef.Name].Data)
	assert.Contains(t, load.configs, "load-settings")
	assert.Equal(t, "registry.example/load:v1", container.Image)
	assert.Equal(t, []string{"perf", "perf"}, []string{load.job.Namespace, servers.deployment.Namespace})
	secret := []corev1.LocalObjectReference{{Name: "registry"}}
	assert.Equal(t, secret, load.job.Spec.Template.Spec.ImagePullSecrets)
	assert.Equal(t, secret, servers.deployment.Spec.Template.Spec.ImagePullSecrets)
	assert.Contains(t, string(read(t, "../README.md")), "create secret docker-registry registry ")
}

// README.md asks for the kinds that the servers are of besides those of every cluster, by their names and versions, and then for
// every object that was to be made.
func TestTheReadmeAsksForAllThatTheServersNeed(t *testing.T) {
	readme, modules := string(read(t, "../README.md")), string(read(t, "go.mod"))
	for name, c := range cases {
		if !c.servers {
			continue
		}
		o, _ := build(t, serversOf(name))
		crds := "kubectl get crd"
		for _, apiVersion := range []string{o.route.Kind + "." + o.route.APIVersion, o.pool.Kind + "." + o.pool.APIVersion} {
			kind, group, _ := strings.Cut(strings.Split(apiVersion, "/")[0], ".")
			crds += " " + strings.ToLower(kind) + "s." + group
		}
		assert.Contains(t, readme, crds+"\n")
		assert.Contains(t, readme, "kubectl -n perf get deployment/"+o.deployment.Name+" inferencepool/"+o.pool.Name+" httproute/"+
			o.route.Name+"\n")
		assert.Contains(t, readme, "rollout status deployment/"+o.deployment.Name+" ")
		assert.Contains(t, string(read(t, "../probe_test.go")), "kubectl rollout status deployment/"+o.deployment.Name)
		for _, label := range o.deployment.Spec.Selector.MatchLabels {
			assert.Contains(t, string(read(t, "../probe_test.go")), "app="+label)
		}
	}
	for words, module := range map[string]string{
		"Gateway API ": "sigs.k8s.io/gateway-api ", "inference extension ": "sigs.k8s.io/gateway-api-inference-extension ",
	} {
		version := regexp.MustCompile(regexp.QuoteMeta(module) + `(v\S+)`).FindStringSubmatch(modules)
		require.NotNil(t, version, module)
		assert.Contains(t, readme, words+version[1])
	}
}
