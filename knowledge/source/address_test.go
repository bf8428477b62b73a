package source

import "testing"

// A page names its own address; what is no address of a page is not passed on to those who make links of it.
func TestAddressOfADocument(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://shop.example/help": "https://shop.example/help", "/help/returns": "/help/returns",
		"javascript:alert(1)": "", "data:text/html,x": "", "//evil.example/x": "", "help/returns": "", "https:": "", "http://%zz": "",
	} {
		read, err := Read(t.Context(), File{Name: "page.md", Content: []byte("---\ntitle: A page\nurl: " + given + "\n---\n\nSome text stands here.\n")}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if read.URL != want {
			t.Errorf("url: %s became %q, want %q", given, read.URL, want)
		}
	}
}
