package strictjson

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type menu struct {
	Dish    string            `json:"dish"`
	Headers map[string]string `json:"headers"`
	Prices  []struct {
		Euro float64 `json:"euro"`
	} `json:"prices"`
}

func TestATextIsReadStrictly(t *testing.T) {
	for _, c := range []struct{ name, text, says string }{
		{"a list", `[]`, "1:1: a menu is an object in { }"},
		{"data after the end", "{}\n{}", "2:1: there is data after the end of the menu"},
		{"a key twice", `{"dish": "a", "dish": "b"}`, `"dish" stands twice in one object`},
		{"a key of another case", `{"Dish": "a"}`, `unknown field "Dish"`},
		{"cut short", `{"dish": `, "1:10: the JSON ends too early"},
		{"deep nesting", `{"dish": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}`, "nested too deeply for a menu"},
	} {
		_, err := Read("menu", []byte(c.text), "headers")
		assert.ErrorContains(t, err, c.says, c.name)
	}
}

func TestFaultsHaveTheirPlaces(t *testing.T) {
	for _, c := range []struct{ text, path, says, position string }{
		{`{"drink": 1}`, "drink", `unknown field "drink"`, "1:2"},
		{"{\n \"prices\": [{\"euro\": 1}, {\"euro\": \"2\"}]}", "prices[1].euro",
			"prices[1].euro is a JSON string; write a number, such as 10", "2:27"},
		{`{"prices": {}}`, "prices", "prices is a JSON object; write a list in [ ]", "1:2"},
	} {
		at, err := Read("menu", []byte(c.text))
		require.NoError(t, err)
		path, err := at.Decode(new(menu))
		require.EqualError(t, err, c.says)
		assert.Equal(t, c.path, path)
		assert.Equal(t, c.position, at.Position(path))
	}
}

func TestFreeKeysMayHaveAnyCase(t *testing.T) {
	at, err := Read("menu", []byte(`{"dish": "soup", "headers": {"X-Team": "blue"}}`), "headers")
	require.NoError(t, err)
	var m menu
	_, err = at.Decode(&m)
	require.NoError(t, err)
	assert.Equal(t, menu{Dish: "soup", Headers: map[string]string{"X-Team": "blue"}}, m)
	assert.True(t, at.Has("headers"))
	assert.False(t, at.Has("headers.x"))
}
