package config

// secretPattern is how a file says where a secret is.
const secretPattern = `^\$\{[A-Za-z_][A-Za-z0-9_]*\}$|^file:.`

const secretForm = "a secret: `${NAME}` for a variable, `file:PATH` for a file, never the value itself"

var slackKeys = map[string]key{
	"bot_token": {doc: "Begins with `xoxb-`: posts messages and edits them.",
		required: true, form: secretForm, pattern: secretPattern, example: "${SLACK_BOT_TOKEN}"},
	"app_token": {doc: "Begins with `xapp-`: brings answers by Socket Mode, for which nothing listens and no port is open.",
		usual: "none", form: secretForm, pattern: secretPattern, example: "${SLACK_APP_TOKEN}"},
	"signing_secret": {doc: "What Slack signs its requests with, for answers without Socket Mode. They come to `/slack/interactions` of the web console, " +
		"which Slack must be able to reach: it wants `console.listen`.",
		usual: "none", form: secretForm, pattern: secretPattern, example: "${SLACK_SIGNING_SECRET}"},
	"channel": {doc: "The channel of the messages: its id, or `#` and its name. The app has to be invited there.",
		caveat:   "whoever is in the channel sees what is held. Use the id: of a name it is not always known whether a message had arrived.",
		required: true, form: "a text", pattern: `^(#[^\s#@]{1,80}|[CG][A-Z0-9]{2,20})$`, example: "C0123ABCD"},
	"api_url": {doc: "Where Slack answers. `https`, or `http` on this machine; ends in a slash.",
		usual: "`https://slack.com/api/`", form: "a URL"},
	"strict": {doc: "Slack only tells, with a link; answers are given in the web console alone. Wants `console.url`.",
		usual: "`false`"},
	"literals": {doc: "Shows the values in statements, their comments and the server's errors to everybody in the channel. Passwords are masked in any case.",
		usual: "`false`"},
}

var webhookKeys = map[string]key{
	"url": {doc: "Where the requests go. `https`, or `http` on this machine. Redirects are not followed.",
		required: true, form: "a URL", example: "https://hooks.example.com/holdfast"},
	"secret": {doc: "What the requests are signed with (HMAC-SHA256); 16 letters or more.",
		required: true, form: secretForm, pattern: secretPattern, example: "${HOLDFAST_WEBHOOK_SECRET}"},
	"literals": {doc: "Sends the values in statements, their comments and the server's errors along. Passwords are masked in any case.",
		usual: "`false`"},
}
