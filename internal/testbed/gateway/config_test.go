package gateway

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigsThatCannotBe(t *testing.T) {
	for name, row := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no replicas":              {func(c *Config) { c.Replicas = nil }, "no replicas; name at least one address"},
		"no scheme":                {func(c *Config) { c.Replicas = []string{"127.0.0.1:8001"} }, "replica"},
		"another scheme":           {func(c *Config) { c.Replicas = []string{"ftp://h"} }, "want scheme, host and port"},
		"a path":                   {func(c *Config) { c.Replicas = []string{"http://h/v1"} }, "want scheme, host and port"},
		"a replica twice":          {func(c *Config) { c.Replicas = []string{"http://h", "http://h"} }, "named twice"},
		"a replica twice, slashed": {func(c *Config) { c.Replicas = []string{"http://h", "http://h/"} }, "named twice"},
		"a negative interval":      {func(c *Config) { c.HealthInterval = -1 }, "HealthInterval is -1ns"},
		"stale at once":            {func(c *Config) { c.StaleAfter = c.ScrapeInterval }, "stale after"},
		"a negative limit":         {func(c *Config) { c.MaxBodyBytes = -1 }, "MaxBodyBytes"},
		"classes upside down":      {func(c *Config) { c.ShedQueue = 129 }, "ShedQueue is 129; want 0 to LoRAQueue, 128"},
		"a cache above 1":          {func(c *Config) { c.ShedKV = 1.1 }, "ShedKV"},
		"a cache that is NaN":      {func(c *Config) { c.ShedKV = math.NaN() }, "ShedKV"},
		"a chance above 1":         {func(c *Config) { c.Spread = 2 }, "Spread"},
		"a negative weight":        {func(c *Config) { c.Weights = Weights{Queue: -1} }, "weight Queue"},
		"an infinite weight":       {func(c *Config) { c.Weights = Weights{KV: math.Inf(1)} }, "weight KV"},
		"no such class":            {func(c *Config) { c.Models = map[string]Criticality{"m": 7} }, "Criticality(7)"},
	} {
		t.Run(name, func(t *testing.T) {
			c := Config{Replicas: []string{"http://h"}, ScrapeInterval: time.Second}
			row.change(&c)
			_, err := New(c)
			assert.ErrorContains(t, err, row.want)
		})
	}
}

func TestCriticalityAsText(t *testing.T) {
	var models map[string]Criticality
	require.NoError(t, json.Unmarshal([]byte(`{"a":"critical","b":"standard","c":"sheddable"}`), &models))
	assert.Equal(t, map[string]Criticality{"a": Critical, "b": Standard, "c": Sheddable}, models)
	text, err := json.Marshal(models)
	require.NoError(t, err)
	assert.JSONEq(t, `{"a":"critical","b":"standard","c":"sheddable"}`, string(text))
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"a":"urgent"}`), &models), "urgent")
}
