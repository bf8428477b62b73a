package assistant

import "testing"

func TestReadable(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"You get \x00free shipping.\r\n": "You get free shipping.\n", "one\ttwo": "one\ttwo", "a\u202eb\u2066c": "abc",
		"क्\u200dष": "क्\u200dष", "\u200fمرحبا": "\u200fمرحبا", "\x1b[31mred": "[31mred",
	} {
		if got := readable(given); got != want {
			t.Errorf("%q became %q, want %q", given, got, want)
		}
	}
}
