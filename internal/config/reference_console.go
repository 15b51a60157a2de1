package config

var consoleKeys = map[string]key{
	"listen": {doc: "Where the web console listens, HOST:PORT. A loopback address serves this machine alone; for others it needs `url`, and https by `tls` " +
		"or a reverse proxy.",
		usual: "none, there is no console", form: "an address", example: "127.0.0.1:8432"},
	"url": {doc: "What people open and what links in messages begin with. `https`, or `http` on this machine. Requests for any other host are refused. Passkeys are tied to its name.",
		usual: "the address of `listen`; without that, messages name the command instead", form: "a URL", example: "https://holdfast.example.com"},
	"tls": {doc: "A certificate for the console, so that browsers can come without a reverse proxy.", usual: "none, http",
		example: "{cert: console.crt, key: console.key}"},
	"oidc": {doc: "An OpenID provider that vouches for people, by the `email` that it has verified; see [console](console.md).", usual: "none",
		example: "{issuer: \"https://login.example.com\", client_id: holdfast, client_secret: \"${OIDC_SECRET}\"}"},
}

var oidcKeys = map[string]key{
	"issuer":        {doc: "The provider's address, as it names itself. `https`, or `http` on this machine.", required: true, form: "a URL", example: "https://login.example.com"},
	"client_id":     {doc: "The console's name there. Its redirect address is `url` and `/signin/oidc/callback`.", required: true, form: "a text", example: "holdfast"},
	"client_secret": {doc: "The console's secret there.", required: true, form: secretForm, pattern: secretPattern, example: "${OIDC_SECRET}"},
}

var consoleTLSKeys = map[string]key{
	"cert": {doc: "The certificate, PEM, with those between it and the root. Relative to the file's folder.", required: true, form: "a path", example: "console.crt"},
	"key":  {doc: "Its key, PEM, without a password. Relative to the file's folder.", required: true, form: "a path", example: "console.key"},
}
