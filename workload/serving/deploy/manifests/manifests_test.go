// Package manifests builds the overlays as kubectl apply -k does, and holds what comes out to the API's own types and to the
// scenarios. It is a module of its own, so that no one else pays for Kubernetes' types.
package manifests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

// cases are the folders of overlays, and the scenarios of the repository that they run. Each has a load, and two have servers.
var cases = map[string]struct {
	scenario string
	servers  bool
	shards   int
}{
	"single-workload": {"single-workload.json", true, 1},
	"multi-lora":      {"multi-lora.json", true, 1},
	"kind":            {"single-workload-small.json", false, 2},
}

// loadOf and serversOf are the two overlays of a case, which are applied one after the other.
func loadOf(name string) string    { return filepath.Join("overlays", name, "load") }
func serversOf(name string) string { return filepath.Join("overlays", name, "servers") }

// objects are what an overlay is built into.
type objects struct {
	job        *batchv1.Job
	service    *corev1.Service
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
			o.job = decode[batchv1.Job](t, one)
		case "v1 Service":
			o.service = decode[corev1.Service](t, one)
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
		parts, err := os.ReadDir(filepath.Join("overlays", e.Name()))
		require.NoError(t, err)
		want := []string{"load"}
		if cases[e.Name()].servers {
			want = append(want, "servers")
		}
		var got []string
		for _, p := range parts {
			got = append(got, p.Name())
		}
		assert.Equal(t, want, got)
	}
}

// Whoever applies the load has no servers applied with it, which would be pending while it runs; and the other way round.
func TestServersAndLoadAreTwoApplies(t *testing.T) {
	for name, c := range cases {
		o, _ := build(t, loadOf(name))
		assert.NotNil(t, o.job)
		assert.True(t, o.deployment == nil && o.pool == nil && o.route == nil, name)
		if !c.servers {
			continue
		}
		o, _ = build(t, serversOf(name))
		assert.NotNil(t, o.deployment)
		assert.True(t, o.job == nil && o.service == nil && len(o.configs) == 0, name)
	}
}

// The first shard is where the others look for it: the Service names the Job's pods, and the port is the container's.
func TestTheShardsMeetAtTheFirst(t *testing.T) {
	for name := range cases {
		o, _ := build(t, loadOf(name))
		pod := o.job.Spec.Template
		assert.Equal(t, corev1.ClusterIPNone, o.service.Spec.ClusterIP)
		assert.True(t, o.service.Spec.PublishNotReadyAddresses)
		assert.Equal(t, pod.Labels, o.service.Spec.Selector)
		assert.Equal(t, o.service.Name, pod.Spec.Subdomain)
		require.Len(t, o.service.Spec.Ports, 1)
		require.Len(t, pod.Spec.Containers[0].Ports, 1)
		assert.Equal(t, o.service.Spec.Ports[0].Port, pod.Spec.Containers[0].Ports[0].ContainerPort)
		first := fmt.Sprintf("%s-0.%s:%d", o.job.Name, o.service.Name, o.service.Spec.Ports[0].Port)
		assert.Contains(t, pod.Spec.Containers[0].Env, corev1.EnvVar{Name: "TAILGATE_MEET", Value: first})
		assert.Equal(t, "30s", o.configs["load-settings"].Data["TAILGATE_START"], "nobody guesses a time")
	}
}

func TestTheJobRunsTheScenarioInItsShards(t *testing.T) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			o, _ := build(t, loadOf(name))
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
			for _, setting := range []string{"TAILGATE_TARGET", "TAILGATE_START", "TAILGATE_WAIT", "TAILGATE_BETWEEN"} {
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

// All shards must fit at once: each asks for what it uses, and half of a core.
func TestTheClientAsksForWhatItUses(t *testing.T) {
	for name := range cases {
		o, _ := build(t, loadOf(name))
		r := o.job.Spec.Template.Spec.Containers[0].Resources
		assert.LessOrEqual(t, r.Requests.Cpu().MilliValue(), int64(500))
		assert.Equal(t, "128Mi", r.Requests.Memory().String())
		assert.Equal(t, "1Gi", r.Limits.Memory().String())
	}
}

// A pod that was taken away is replaced; a shard that panics, is up too late, cannot begin or is out of memory ends the Job: its
// load cannot be whole.
func TestAShardThatIsLostEndsTheJob(t *testing.T) {
	for name := range cases {
		o, _ := build(t, loadOf(name))
		require.NotNil(t, o.job.Spec.PodFailurePolicy)
		rules := o.job.Spec.PodFailurePolicy.Rules
		require.Len(t, rules, 2)
		assert.Equal(t, batchv1.PodFailurePolicyActionIgnore, rules[0].Action, "the first rule that matches holds")
		require.Len(t, rules[0].OnPodConditions, 1)
		assert.Equal(t, corev1.DisruptionTarget, rules[0].OnPodConditions[0].Type)
		assert.Equal(t, corev1.ConditionTrue, rules[0].OnPodConditions[0].Status)
		assert.Equal(t, batchv1.PodFailurePolicyActionFailJob, rules[1].Action)
		require.NotNil(t, rules[1].OnExitCodes)
		assert.Equal(t, []int32{2, 3, 4, 137}, rules[1].OnExitCodes.Values)
		assert.Equal(t, batchv1.PodFailurePolicyOnExitCodesOpIn, rules[1].OnExitCodes.Operator)
		assert.Equal(t, o.job.Spec.Template.Spec.Containers[0].Name, *rules[1].OnExitCodes.ContainerName)
		for _, status := range []string{"exitTooLate  = 3", "exitNotBegun = 4"} {
			assert.Contains(t, string(read(t, "../main_test.go")), "\t"+status+" //")
		}
	}
}

// Each start leaves the ConfigMaps of the one before to be written over.
func TestConfigMapsHaveOneName(t *testing.T) {
	for name := range cases {
		o, _ := build(t, loadOf(name))
		assert.Contains(t, o.configs, "load-settings", name)
		assert.Contains(t, o.configs, "load-scenario", name)
	}
}

func TestTheServersAreThoseOfTheScenario(t *testing.T) {
	for name, c := range cases {
		if !c.servers {
			continue
		}
		t.Run(name, func(t *testing.T) {
			o, _ := build(t, serversOf(name))
			load, _ := build(t, loadOf(name))
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
			require.NoError(t, json.Unmarshal([]byte(load.configs["load-scenario"].Data["scenario.json"]), &s))
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
			for key, value := range load.job.Spec.Template.Labels {
				assert.NotEqual(t, value, string(o.pool.Spec.Selector.MatchLabels[poolv1.LabelKey(key)]), "the client is no model server")
			}
		})
	}
}

func TestImagesAndNamespaceAreTheUsersToSay(t *testing.T) {
	for name, c := range cases {
		overlays := []string{loadOf(name)}
		if c.servers {
			overlays = append(overlays, serversOf(name))
		}
		for _, overlay := range overlays {
			_, text := build(t, overlay)
			assert.NotContains(t, text, "namespace:")
			for line := range strings.Lines(text) {
				if _, image, ok := strings.Cut(line, "image: "); ok {
					assert.Contains(t, []string{"load", "model-server"}, strings.TrimSpace(image), "an image of somebody's")
				}
			}
			o, _ := own(t, "resources: [../"+overlay+"]\nnamespace: perf\nimages:\n"+
				"- {name: load, newName: registry.test/load, newTag: v1}\n- {name: model-server, newName: registry.test/vllm, newTag: v2}\n")
			var namespaces []string
			if o.job != nil {
				assert.Equal(t, "registry.test/load:v1", o.job.Spec.Template.Spec.Containers[0].Image)
				namespaces = append(namespaces, o.job.Namespace, o.service.Namespace)
			} else {
				assert.Equal(t, "registry.test/vllm:v2", o.deployment.Spec.Template.Spec.Containers[0].Image)
				namespaces = append(namespaces, o.deployment.Namespace, o.pool.Namespace, o.route.Namespace)
			}
			for _, c := range o.configs {
				namespaces = append(namespaces, c.Namespace)
			}
			assert.Equal(t, []string{"perf"}, slices.Compact(namespaces))
		}
	}
}

// own builds a folder of one's own beside the overlays.
func own(t *testing.T, kustomization string) (objects, string) {
	t.Helper()
	dir, err := os.MkdirTemp(".", "own-")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(kustomization), 0o644))
	return build(t, dir)
}

// The check of fields would be no check if it let one pass.
func TestAFieldThatNoTypeHasIsRefused(t *testing.T) {
	text := strings.Replace(string(read(t, "client/job.yaml")), "completionMode:", "completionsMode:", 1)
	var job batchv1.Job
	require.ErrorContains(t, yaml.UnmarshalStrict([]byte(text), &job), `unknown field "completionsMode"`)
}
