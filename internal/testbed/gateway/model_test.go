package gateway

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestModelOfFindsTheModel(t *testing.T) {
	for name, row := range map[string]struct{ body, want string }{
		"first":                            {`{"model":"m","prompt":"hi"}`, "m"},
		"last, after a prompt":             {`{"prompt":"hi","model":"m"}`, "m"},
		"white space everywhere":           {" {\n\t\"model\" :\r \"m\" } \n", "m"},
		"not the one in a nested object":   {`{"metadata":{"model":"no"},"model":"m"}`, "m"},
		"not the one in a string":          {`{"prompt":"{\"model\":\"no\"}","model":"m"}`, "m"},
		"not the one in an array":          {`{"messages":[{"model":"no","content":"]}"}],"model":"m"}`, "m"},
		"a prompt that ends in backslash":  {`{"prompt":"a\\","model":"m"}`, "m"},
		"a prompt with an escaped quote":   {`{"prompt":"a\\\"","model":"m"}`, "m"},
		"an escaped key":                   {`{"\u006dod\u0065l":"m"}`, "m"},
		"every letter of the key escaped":  {`{"\u006d\u006f\u0064\u0065\u006c":"m"}`, "m"},
		"a key in capitals, as json folds": {`{"MODEL":"m"}`, "m"},
		"an escaped name":                  {`{"model":"a\/b\u00e9\ud83d\ude00"}`, "a/bé😀"},
		"after numbers and words":          {`{"a":-1.5e3,"b":true,"c":null,"d":[],"e":{},"model":"m"}`, "m"},
		"a prompt of tokens":               {`{"prompt":[[1,2],[3]],"model":"m"}`, "m"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := modelOf([]byte(row.body))
			require.NoError(t, err)
			assert.Equal(t, row.want, got)
		})
	}
}

func TestModelOfRefuses(t *testing.T) {
	for name, row := range map[string]struct {
		body string
		want error
	}{
		"nothing":                          {``, errNotObject},
		"an array":                         {`[{"model":"m"}]`, errNotObject},
		"an object without fields":         {`{}`, errNoModel},
		"an object without the field":      {`{"prompt":"model"}`, errNoModel},
		"a model in a nested object only":  {`{"a":{"model":"m"}}`, errNoModel},
		"a number":                         {`{"model":3}`, errModelType},
		"null":                             {`{"model":null}`, errModelType},
		"an empty name":                    {`{"model":""}`, errEmptyModel},
		"two models":                       {`{"model":"a","model":"b"}`, errTwoModels},
		"two models, one in capitals":      {`{"model":"a","Model":"b"}`, errTwoModels},
		"two models, one escaped":          {`{"model":"a","mod\u0065l":"b"}`, errTwoModels},
		"a body that is cut in the key":    {`{"mod`, errTruncated},
		"a body that is cut in the prompt": {`{"model":"m","prompt":"abc\"`, errTruncated},
		"a body that is cut in an array":   {`{"model":"m","prompt":[[1,2`, errTruncated},
		"brackets without end":             {`{"a":` + strings.Repeat("[", 100_000), errTruncated},
		"no colon":                         {`{"model" "m"}`, errTruncated},
		"no comma":                         {`{"a":1 "model":"m"}`, errTruncated},
		"no value":                         {`{"a":,"model":"m"}`, errTruncated},
		"a comma too many":                 {`{"model":"m",}`, errTruncated},
		"a name that is far too long":      {`{"model":"` + strings.Repeat("m", maxModelName) + `"}`, errModelName},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := modelOf([]byte(row.body))
			assert.ErrorIs(t, err, row.want)
		})
	}
	_, err := modelOf([]byte(`{"model":"\x"}`))
	assert.ErrorContains(t, err, "invalid character")
}

// What a server that decodes the same body with encoding/json takes for the model is the model.
func FuzzModelAgainstJSON(f *testing.F) {
	for _, seed := range []string{
		`{"model":"m","prompt":"hi"}`, `{"a":{"model":"x"},"model":"m"}`, `{"mod\u0065l":"\ud83d\ude00\ud800"}`,
		`{"a":"\\\"","MODEL":"m"}`,
		`{"a":[[],{}, 1e5 ,"]"],"model":"m"}`, `{"model":"a","model":"b"}`, `{"model":null}`,
		`[]`, `{"":0,"model":"\u0000"}`, "{\"model\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := modelOf(body)
		if !json.Valid(body) {
			return // must not panic, nor hang
		}
		var want struct{ Model *string }
		reference := json.Unmarshal(body, &want)
		switch {
		case err == nil:
			require.NoError(t, reference)
			require.Equal(t, *want.Model, got)
		case errors.Is(err, errTwoModels), errors.Is(err, errModelName):
		case errors.Is(err, errNotObject):
			if reference == nil {
				require.Nil(t, want.Model) // null
			}
		case errors.Is(err, errEmptyModel):
			require.Empty(t, *want.Model)
		default:
			require.True(t, reference != nil || want.Model == nil, "%v", err)
			require.NotErrorIs(t, err, errTruncated, "the body is valid")
		}
	})
}

func BenchmarkModel(b *testing.B) {
	prompt := strings.Repeat("the quick brown fox jumps over the \\\"lazy\\\" dog. ", 220_000/50)
	body := []byte(`{"prompt":"` + prompt + `","max_tokens":16,"model":"m"}`)
	b.Run("by=scan", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			if name, err := modelOf(body); err != nil || name != "m" {
				b.Fatal(name, err)
			}
		}
	})
	b.Run("by=encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var v struct{ Model string }
			if err := json.Unmarshal(body, &v); err != nil || v.Model != "m" {
				b.Fatal(v, err)
			}
		}
	})
}
