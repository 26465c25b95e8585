// Package manifests builds the overlays as kubectl apply -k does, and holds what comes out to the API's own types and to the
// scenarios. It is a module of its own, so that no one else pays for Kubernetes' types.
package manifests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	poolv1 "sigs.k8s.io/gateway-api-inference-extension/api/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// cases are the overlays, and the scenarios of the repository that they run.
var cases = map[string]struct {
	scenario string
	servers  bool
	shards   int
}{
	"single-workload": {"single-workload.json", true, 1},
	"multi-lora":      {"multi-lora.json", true, 1},
	"kind":            {"single-workload-small.json", false, 2},
}

// objects are what an overlay is built into.
type objects struct {
	job        batchv1.Job
	configs    map[string]corev1.ConfigMap // by name
	deployment *appsv1.Deployment
	pool       *poolv1.InferencePool
	route      *gatewayv1.HTTPRoute
}

// decode reads one object, and refuses a field that its type does not have.
func decode[T any](t *testing.T, text []byte) *T {
	t.Helper()
	var v T
	require.NoError(t, yaml.UnmarshalStrict(text, &v), "%s", text)
	return &v
}

// build builds an overlay, or a folder with one.
func build(t *testing.T, dir string) (o objects, text string) {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	require.NoError(t, err)
	o.configs = map[string]corev1.ConfigMap{}
	for _, r := range built.Resources() {
		one, err := r.AsYAML()
		require.NoError(t, err)
		text += "---\n" + string(one)
		switch what := r.GetApiVersion() + " " + r.GetKind(); what {
		case "batch/v1 Job":
			o.job = *decode[batchv1.Job](t, one)
		case "v1 ConfigMap":
			c := decode[corev1.ConfigMap](t, one)
			o.configs[c.Name] = *c
		case "apps/v1 Deployment":
			o.deployment = decode[appsv1.Deployment](t, one)
		case "inference.networking.k8s.io/v1 InferencePool":
			o.pool = decode[poolv1.InferencePool](t, one)
		case "gateway.networking.k8s.io/v1 HTTPRoute":
			o.route = decode[gatewayv1.HTTPRoute](t, one)
		default:
			t.Fatalf("%s: nothing checks a %s", dir, what)
		}
	}
	return o, text
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return text
}

func TestNoOverlayIsForgotten(t *testing.T) {
	entries, err := os.ReadDir("overlays")
	require.NoError(t, err)
	require.Len(t, entries, len(cases))
	for _, e := range entries {
		assert.Contains(t, cases, e.Name())
	}
}

func TestTheJobRunsTheScenarioInItsShards(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o, _ := build(t, filepath.Join("overlays", name))
			spec := o.job.Spec
			require.NotNil(t, spec.CompletionMode)
			assert.Equal(t, batchv1.IndexedCompletion, *spec.CompletionMode)
			assert.EqualValues(t, c.shards, *spec.Completions)
			assert.Equal(t, *spec.Completions, *spec.Parallelism, "shards run at the same time")
			assert.Zero(t, *spec.BackoffLimitPerIndex, "a shard that failed is not run again")
			assert.Equal(t, corev1.RestartPolicyNever, spec.Template.Spec.RestartPolicy)

			require.Len(t, spec.Template.Spec.Containers, 1)
			container := spec.Template.Spec.Containers[0]
			env := map[string]string{}
			for _, e := range container.Env {
				env[e.Name] = e.Value
			}
			assert.Equal(t, strconv.Itoa(c.shards), env["TAILGATE_SHARDS"], "what completions is")
			assert.NotContains(t, env, "JOB_COMPLETION_INDEX", "Kubernetes gives it")

			require.Len(t, container.EnvFrom, 1)
			settings, ok := o.configs[container.EnvFrom[0].ConfigMapRef.Name]
			require.True(t, ok, "the settings of the Job are no ConfigMap of the overlay")
			for _, setting := range []string{"TAILGATE_TARGET", "TAILGATE_START", "TAILGATE_BETWEEN"} {
				assert.Contains(t, settings.Data, setting)
			}
			require.Len(t, spec.Template.Spec.Volumes, 1)
			volume := spec.Template.Spec.Volumes[0]
			scenario, ok := o.configs[volume.ConfigMap.Name]
			require.True(t, ok, "the scenario of the Job is no ConfigMap of the overlay")
			require.Len(t, container.VolumeMounts, 1)
			assert.Equal(t, volume.Name, container.VolumeMounts[0].Name)
			text, ok := scenario.Data[strings.TrimPrefix(env["TAILGATE_SCENARIO"], container.VolumeMounts[0].MountPath+"/")]
			require.True(t, ok, "the ConfigMap has no %s", env["TAILGATE_SCENARIO"])
			assert.Equal(t, string(read(t, filepath.Join("../../../../testdata/scenarios", c.scenario))), text, "the repository's own")

			var parsed struct{ Dataset struct{ File string } }
			require.NoError(t, json.Unmarshal([]byte(text), &parsed))
			inImage := filepath.Join(filepath.Dir(env["TAILGATE_SCENARIO"]), parsed.Dataset.File)
			assert.FileExists(t, filepath.Join("../../../..", inImage), "which the Dockerfile copies")
			assert.Contains(t, string(read(t, "../Dockerfile")), "testdata/datasets /testdata/datasets")
		})
	}
}

// What the restricted pod security standard of Kubernetes asks for, and that the pod has no token.
func TestTheClientIsRestricted(t *testing.T) {
	for name := range cases {
		o, _ := build(t, filepath.Join("overlays", name))
		pod := o.job.Spec.Template.Spec
		assert.False(t, *pod.AutomountServiceAccountToken)
		assert.Empty(t, pod.ServiceAccountName)
		assert.True(t, *pod.SecurityContext.RunAsNonRoot)
		assert.NotZero(t, *pod.SecurityContext.RunAsUser)
		assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type)
		assert.False(t, pod.HostNetwork || pod.HostPID || pod.HostIPC)
		for _, c := range append(pod.InitContainers, pod.Containers...) {
			assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
			assert.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
			assert.Equal(t, []corev1.Capability{"ALL"}, c.SecurityContext.Capabilities.Drop)
			assert.Empty(t, c.SecurityContext.Capabilities.Add)
			assert.False(t, c.Resources.Limits.Memory().IsZero())
		}
		for _, v := range pod.Volumes {
			assert.NotNil(t, v.ConfigMap, "no other kind of volume")
		}
	}
}

func TestTheClientHasTheGuidesResources(t *testing.T) {
	for _, name := range []string{"single-workload", "multi-lora"} {
		o, _ := build(t, filepath.Join("overlays", name))
		r := o.job.Spec.Template.Spec.Containers[0].Resources
		assert.Equal(t, r.Requests, r.Limits)
		assert.Equal(t, "2", r.Limits.Cpu().String())
		assert.Equal(t, "20Gi", r.Limits.Memory().String())
	}
}

func TestTheServersAreThoseOfTheScenario(t *testing.T) {
	for name, c := range cases {
		o, _ := build(t, filepath.Join("overlays", name))
		if !c.servers {
			assert.Nil(t, o.deployment)
			continue
		}
		t.Run(name, func(t *testing.T) {
			var s struct {
				Model    string
				Adapters []struct{ Name string }
				Stack    struct {
					Replicas    int
					MaxLoras    int `json:"max_loras"`
					MaxCPULoras int `json:"max_cpu_loras"`
					MaxLoraRank int `json:"max_lora_rank"`
					MaxNumSeqs  int `json:"max_num_seqs"`
					MaxModelLen int `json:"max_model_len"`
				}
			}
			require.NoError(t, json.Unmarshal(read(t, filepath.Join("overlays", name, "scenario.json")), &s))
			assert.EqualValues(t, s.Stack.Replicas, *o.deployment.Spec.Replicas)
			pod := o.deployment.Spec.Template
			args := pod.Spec.Containers[0].Args
			want := []string{"--model=" + s.Model, "--tensor-parallel-size=1", "--port=8000",
				"--max-num-seqs=" + strconv.Itoa(s.Stack.MaxNumSeqs),
				"--max-model-len=" + strconv.Itoa(s.Stack.MaxModelLen), "--no-enable-prefix-caching", `--compilation-config={"mode": 3}`}
			if len(s.Adapters) > 0 {
				want = append(want, "--enable-lora", "--max-loras="+strconv.Itoa(s.Stack.MaxLoras),
					"--max-cpu-loras="+strconv.Itoa(s.Stack.MaxCPULoras),
					"--max-lora-rank="+strconv.Itoa(s.Stack.MaxLoraRank), "--lora-modules")
				for _, a := range s.Adapters {
					want = append(want, a.Name+"=nvidia/llama-3.1-nemoguard-8b-topic-control")
				}
			}
			assert.Equal(t, want, args)

			// The Deployment's pods are the pool's, the pool is the route's, and all speak of one port.
			assert.Equal(t, o.deployment.Spec.Selector.MatchLabels, pod.Labels)
			require.NotEmpty(t, o.pool.Spec.Selector.MatchLabels)
			for key, value := range o.pool.Spec.Selector.MatchLabels {
				assert.Equal(t, string(value), pod.Labels[string(key)])
			}
			require.Len(t, o.pool.Spec.TargetPorts, 1)
			assert.EqualValues(t, pod.Spec.Containers[0].Ports[0].ContainerPort, o.pool.Spec.TargetPorts[0].Number)
			require.Len(t, o.route.Spec.Rules, 1)
			backend := o.route.Spec.Rules[0].BackendRefs[0]
			assert.Equal(t, []string{"inference.networking.k8s.io", "InferencePool", o.pool.Name},
				[]string{string(*backend.Group), string(*backend.Kind), string(backend.Name)})
			for key, value := range o.job.Spec.Template.Labels {
				assert.NotEqual(t, value, string(o.pool.Spec.Selector.MatchLabels[poolv1.LabelKey(key)]), "the client is no model server")
			}
		})
	}
}

func TestImagesAndNamespaceAreTheUsersToSay(t *testing.T) {
	for name := range cases {
		_, text := build(t, filepath.Join("overlays", name))
		assert.NotContains(t, text, "namespace:")
		for line := range strings.Lines(text) {
			if _, image, ok := strings.Cut(line, "image: "); ok {
				assert.Contains(t, []string{"load", "model-server"}, strings.TrimSpace(image), "an image of somebody's")
			}
		}

		// A folder of one's own beside the overlays.
		dir, err := os.MkdirTemp(".", "own-")
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
		own := "resources: [../overlays/" + name + "]\nnamespace: perf\nimages:\n" +
			"- {name: load, newName: registry.test/load, newTag: v1}\n- {name: model-server, newName: registry.test/vllm, newTag: v2}\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(own), 0o644))
		o, _ := build(t, dir)
		assert.Equal(t, "registry.test/load:v1", o.job.Spec.Template.Spec.Containers[0].Image)
		namespaces := []string{o.job.Namespace}
		for _, c := range o.configs {
			namespaces = append(namespaces, c.Namespace)
		}
		if o.deployment != nil {
			assert.Equal(t, "registry.test/vllm:v2", o.deployment.Spec.Template.Spec.Containers[0].Image)
			namespaces = append(namespaces, o.deployment.Namespace, o.pool.Namespace, o.route.Namespace)
		}
		assert.Equal(t, []string{"perf"}, slices.Compact(namespaces))
	}
}

// The folder that README.md shows.
func TestTheReadmesFolderBuilds(t *testing.T) {
	block := regexp.MustCompile("(?s)```yaml\n# manifests/mine/kustomization.yaml\n(.*?)```").FindSubmatch(read(t, "../README.md"))
	require.NotNil(t, block)
	dir, err := os.MkdirTemp(".", "own-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), block[1], 0o644))
	o, _ := build(t, dir)
	assert.EqualValues(t, 8, *o.job.Spec.Completions)
	assert.EqualValues(t, 8, *o.job.Spec.Parallelism)
	container := o.job.Spec.Template.Spec.Containers[0]
	shards := ""
	for _, e := range container.Env {
		if e.Name == "TAILGATE_SHARDS" {
			shards = e.Value
		}
	}
	assert.Equal(t, "8", shards)
	settings := o.configs[container.EnvFrom[0].ConfigMapRef.Name]
	assert.Equal(t, map[string]string{
		"TAILGATE_TARGET": "http://10.0.0.7", "TAILGATE_START": "2026-11-22T12:00:00Z", "TAILGATE_BETWEEN": "5m",
	}, settings.Data)
	assert.Equal(t, "registry.example/load:v1", container.Image)
	assert.Equal(t, []string{"perf", "perf"}, []string{o.job.Namespace, o.deployment.Namespace})
}

// The check of fields would be no check if it let one pass.
func TestAFieldThatNoTypeHasIsRefused(t *testing.T) {
	text := strings.Replace(string(read(t, "client/job.yaml")), "completionMode:", "completionsMode:", 1)
	var job batchv1.Job
	require.ErrorContains(t, yaml.UnmarshalStrict([]byte(text), &job), `unknown field "completionsMode"`)
}
