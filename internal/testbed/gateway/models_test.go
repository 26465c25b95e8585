package gateway

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModelsAreMerged(t *testing.T) {
	r := newRig(t, 2, Config{}, func(i int, f *fake) {
		if i == 1 {
			f.models = `{"object":"list","data":[{"id":"other","x":[1,2]},{"id":"base","max_model_len":1}]}`
		}
	})
	response, body := r.send("GET", "/v1/models", "")
	require.Equal(t, 200, response.StatusCode)
	assert.JSONEq(t, `{"object":"list","data":[{"id":"base","object":"model","parent":null,"max_model_len":2048},
		{"id":"adapter-0","object":"model","parent":"base"},{"id":"adapter-1","object":"model","parent":"base"},
		{"id":"other","x":[1,2]}]}`, body)

	for model, want := range map[string][]int{"other": {0, 4}, "adapter-1": {4, 0}} { // each where it is
		before := counts(r.fakes)
		for range 4 {
			response, _ := r.post(model)
			require.Equal(t, 200, response.StatusCode)
		}
		after := counts(r.fakes)
		assert.Equal(t, want, []int{after[0] - before[0], after[1] - before[1]}, model)
	}
}

func TestReadCardsRefuses(t *testing.T) {
	for _, text := range []string{``, `{"data":3}`, `{"data":[3]}`, `{"data":[{"id":3}]}`, `[`} {
		_, err := readCards(strings.NewReader(text))
		assert.ErrorContains(t, err, "models:", text)
	}
	cards, err := readCards(strings.NewReader(`{}`))
	require.NoError(t, err)
	assert.NotNil(t, cards, "an empty list is a list")
}

func TestAConfiguredModelThatNoListHasIsTried(t *testing.T) {
	r := newRig(t, 1, Config{Models: map[string]Criticality{"loaded-just-now": Sheddable}})
	response, _ := r.post("loaded-just-now")
	assert.Equal(t, 200, response.StatusCode)
}
