package console

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzReadAnswer: any body is an answer or an error, never a panic, and what it
// yields is within the bounds of a body.
func FuzzReadAnswer(f *testing.F) {
	for _, s := range []string{"", "{}", `{"note":"a","type":"b"}`, `{"note":1}`, "[", "{}{}", "null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/v1/holds/x/approve", strings.NewReader(body))
		got, err := readBody[answerBody](httptest.NewRecorder(), r)
		if err == nil && len(got.Note)+len(got.Type) > maxBody {
			t.Errorf("%d bytes got through", len(got.Note)+len(got.Type))
		}
	})
}
