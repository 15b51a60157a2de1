// Package fakeslack is for tests only: a Slack that checks what it is sent.
//
// It answers the methods of the Web API that holdfast calls, serves Socket Mode,
// and lets a test press the buttons it was sent and fill the forms. What Slack
// would refuse, it refuses in Slack's words and fails the test: tokens, required
// fields, the limits of Block Kit, texts that are not escaped, modals that are
// opened too late. A test can make it slow, busy, broken or gone.
package fakeslack
