package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Decode fills v, and refuses what v has no place for. With the error comes the path of what is at fault.
func (at *Text) Decode(v any) (path string, err error) {
	d := json.NewDecoder(bytes.NewReader(at.data))
	d.DisallowUnknownFields()
	err = d.Decode(v)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return "", nil
	case errors.As(err, &wrongType):
		path := at.before(wrongType.Offset)
		return path, fmt.Errorf("%s is a JSON %s; write %s", path, wrongType.Value, wanted(wrongType.Type.Kind().String()))
	}
	if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
		field = strings.Trim(field, `"`)
		path := at.ending(field)
		return path, fmt.Errorf("unknown field %q", path)
	}
	return "", err
}

func wanted(kind string) string {
	switch kind {
	case "float64":
		return "a number, such as 10"
	case "int":
		return "a whole number"
	case "slice":
		return "a list in [ ]"
	case "struct":
		return "an object in { }"
	}
	return "a " + kind
}
