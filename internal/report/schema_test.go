package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const schemaFile = "../../policy/verdict.schema.json"

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(schemaFile)
	require.NoError(t, err)
	return schema
}

// decoded is the document as a reader of its JSON sees it.
func decoded(t require.TestingT, d Document) map[string]any {
	data, err := jsonOf(d)
	require.NoError(t, err)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	require.NoError(t, err)
	return v.(map[string]any)
}

func TestEveryDocumentFollowsTheSchema(t *testing.T) {
	schema := compileSchema(t)
	for name, document := range documents {
		assert.NoError(t, schema.Validate(decoded(t, document())), name)
	}
	assert.NoError(t, schema.Validate(decoded(t, Document{})), "the zero document")
}

// TestTheSchemaRefusesEveryMutation takes away, adds and changes the type of each field in turn.
func TestTheSchemaRefusesEveryMutation(t *testing.T) {
	schema := compileSchema(t)
	for _, name := range []string{"tokens", "counts", "invalid", "error", "duet"} {
		v := decoded(t, documents[name]())
		refused := func(path, mutation string) {
			assert.Error(t, schema.Validate(v), "%s: %s %s", name, path, mutation)
		}
		mutate(v, "", refused)
		require.NoError(t, schema.Validate(v), "mutations are undone")
	}
}

// isSparse matches fields that are left out where they say nothing.
var isSparse = regexp.MustCompile(`\.facts\.|\.advice\[\d+\]\.(amount|budget_seconds|signs)|\.cpus$`)

func mutate(v any, path string, refused func(path, mutation string)) {
	switch v := v.(type) {
	case map[string]any:
		isMap := path == ".environment" // whose keys are free
		if !isMap {
			v["unknown"] = 1
			refused(path, "with an unknown field")
			delete(v, "unknown")
		}
		for key, value := range v {
			at := path + "." + key
			if !isMap && !isSparse.MatchString(at) {
				delete(v, key)
				refused(at, "missing")
			}
			v[key] = wrong(value)
			refused(at, fmt.Sprintf("of the wrong type, %v", v[key]))
			v[key] = value
			mutate(value, at, refused)
		}
	case []any:
		for i, value := range v[:min(len(v), 2)] {
			at := fmt.Sprintf("%s[%d]", path, i)
			v[i] = wrong(value)
			refused(at, "of the wrong type")
			v[i] = value
			mutate(value, at, refused)
		}
	}
}

func wrong(value any) any {
	if _, isString := value.(string); isString {
		return json.Number("1")
	}
	return "wrong"
}

func TestTheSchemaRefusesWhatNoGateWrites(t *testing.T) {
	schema := compileSchema(t)
	for field, value := range map[string]any{
		"version": json.Number("2"), "outcome": "green", "expected": "green", "began": "yesterday",
		"seconds": json.Number("-1"), "error": nil,
	} {
		v := decoded(t, documents["ok"]())
		v[field] = value
		assert.Error(t, schema.Validate(v), "%s %v", field, value)
	}
}

func TestTheSchemaDescribesEveryField(t *testing.T) {
	data, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	var schema struct {
		Defs map[string]struct {
			Type                 any
			AdditionalProperties *bool
			Required             []string
			Properties           map[string]struct{ Description string }
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(data, &schema))
	for name, def := range schema.Defs {
		if def.Type != "object" {
			continue
		}
		require.NotNil(t, def.AdditionalProperties, name)
		assert.False(t, *def.AdditionalProperties, name)
		sparse := name == "facts" || name == "advice" // there what says nothing is left out
		if !sparse {
			assert.Len(t, def.Required, len(def.Properties), "%s: every field is required", name)
		}
		for field, property := range def.Properties {
			assert.NotEmpty(t, property.Description, "%s.%s", name, field)
			if !sparse {
				assert.Contains(t, def.Required, field, name)
			}
		}
	}
}

func TestJSONHasWhatIsNotFinite(t *testing.T) {
	verdicts := decoded(t, documents["counts"]())["verdicts"].([]any)
	allocs := verdicts[1].(map[string]any)
	assert.Nil(t, allocs["change_percent"], "from 0")
	assert.Equal(t, json.Number("1"), allocs["change"])
	assert.Equal(t, []any{nil, nil}, allocs["interval_percent"])
	assert.Equal(t, []any{json.Number("1"), json.Number("1")}, allocs["interval"])

	few := decoded(t, documents["too-few"]())["verdicts"].([]any)[0].(map[string]any)
	assert.Equal(t, []any{nil, nil}, few["interval"])
	assert.Nil(t, few["detectable_percent"])

	failed := decoded(t, documents["invalid"]())["verdicts"].([]any)[0].(map[string]any)
	assert.Nil(t, failed["p"], "nothing was tested")
	assert.Nil(t, failed["candidate"].(map[string]any)["median"])
}

func jsonOf(d Document) ([]byte, error) {
	var b bytes.Buffer
	err := d.WriteJSON(&b)
	return b.Bytes(), err
}
