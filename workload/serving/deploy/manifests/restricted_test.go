package manifests

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// pods are those of all overlays, by overlay.
func pods(t *testing.T) map[string]corev1.PodTemplateSpec {
	t.Helper()
	all := map[string]corev1.PodTemplateSpec{}
	for name, c := range cases {
		o, _ := build(t, loadOf(name))
		all[loadOf(name)] = o.job.Spec.Template
		if c.servers {
			o, _ = build(t, serversOf(name))
			all[serversOf(name)] = o.deployment.Spec.Template
		}
	}
	return all
}

// refusals are what the admission of Kubernetes has against a pod in a namespace whose level is restricted.
func refusals(t *testing.T, meta metav1.ObjectMeta, spec corev1.PodSpec) []string {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	var reasons []string
	for _, r := range evaluator.EvaluatePod(api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}, &meta, &spec) {
		if !r.Allowed {
			reasons = append(reasons, r.ForbiddenReason+" ("+r.ForbiddenDetail+")")
		}
	}
	return reasons
}

// All pods are such as a namespace of the level restricted admits, and none has a token.
func TestPodsAreRestricted(t *testing.T) {
	for overlay, pod := range pods(t) {
		assert.Empty(t, refusals(t, pod.ObjectMeta, pod.Spec), overlay)
		assert.False(t, *pod.Spec.AutomountServiceAccountToken, overlay)
		assert.Empty(t, pod.Spec.ServiceAccountName, overlay)
		assert.NotZero(t, *pod.Spec.SecurityContext.RunAsUser, "an image whose user is root is run as nobody")
	}
}

// The check would be no check if it let a pod pass that lacks one of the settings.
func TestAPodThatLacksASettingIsRefused(t *testing.T) {
	yes := true
	for name, loosen := range map[string]func(*corev1.PodSpec){
		"may be root":         func(p *corev1.PodSpec) { p.SecurityContext.RunAsNonRoot = nil },
		"no seccomp profile":  func(p *corev1.PodSpec) { p.SecurityContext.SeccompProfile = nil },
		"keeps capabilities":  func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.Capabilities = nil },
		"may gain privileges": func(p *corev1.PodSpec) { p.Containers[0].SecurityContext.AllowPrivilegeEscalation = &yes },
		"a folder of the host": func(p *corev1.PodSpec) {
			p.Volumes = append(p.Volumes, corev1.Volume{Name: "host", VolumeSource: corev1.VolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: "/"},
			}})
		},
	} {
		for overlay, pod := range pods(t) {
			loosen(&pod.Spec)
			assert.NotEmpty(t, refusals(t, pod.ObjectMeta, pod.Spec), "%s: %s", overlay, name)
		}
	}
}

// A load generator writes nothing. A server that is not root cannot write where its image, which is made for root, would: its home
// is in a volume, which is its group's.
func TestWhatIsWrittenIsInAVolume(t *testing.T) {
	for name, c := range cases {
		o, _ := build(t, loadOf(name))
		pod := o.job.Spec.Template.Spec
		assert.True(t, *pod.Containers[0].SecurityContext.ReadOnlyRootFilesystem)
		assert.False(t, pod.Containers[0].Resources.Limits.Memory().IsZero())
		for _, v := range pod.Volumes {
			assert.NotNil(t, v.ConfigMap, "no other kind of volume")
		}
		if !c.servers {
			continue
		}
		o, _ = build(t, serversOf(name))
		pod = o.deployment.Spec.Template.Spec
		assert.NotZero(t, *pod.SecurityContext.FSGroup)
		var writable []string
		for _, m := range pod.Containers[0].VolumeMounts {
			if slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name && v.EmptyDir != nil }) && !m.ReadOnly {
				writable = append(writable, m.MountPath)
			}
		}
		assert.Contains(t, writable, "/dev/shm")
		env := map[string]string{}
		for _, e := range pod.Containers[0].Env {
			env[e.Name] = e.Value
		}
		assert.Contains(t, writable, env["HOME"])
		assert.NotEmpty(t, env["USER"])
	}
}
