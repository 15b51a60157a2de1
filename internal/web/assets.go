package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var assetFiles embed.FS

// asset is a file that pages load.
type asset struct {
	kind string // Content-Type
	body []byte
}

// assets are all of them, under names that change with what is in them, so that a
// browser may keep them for ever; assetPaths are the paths by the file's own name.
var assets, assetPaths = readAssets()

func readAssets() (map[string]asset, map[string]string) {
	all, paths := map[string]asset{}, map[string]string{}
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic(err) // the compiler has seen the folder
	}
	for _, e := range entries {
		body, err := assetFiles.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(body)
		base, ext, _ := strings.Cut(e.Name(), ".")
		name := base + "-" + hex.EncodeToString(sum[:6]) + "." + ext
		all[name] = asset{kindOf(e.Name()), body}
		paths[e.Name()] = "/assets/" + name
	}
	return all, paths
}

// kindOf does not ask the system, whose tables differ.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// assetPath is where pages find a file.
func assetPath(name string) string { return assetPaths[name] }

func serveAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := assets[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.body) // an error means that the browser has gone
}
