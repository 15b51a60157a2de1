package config

import (
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// Config is a whole configuration as Load returns it: complete, with absolute
// paths, and checked. It is not changed afterwards and may be shared.
type Config struct {
	// File is the YAML file it came from, and SHA256 the hash of its bytes in
	// hexadecimal; empty when flags alone made it.
	File   string `yaml:"-"`
	SHA256 string `yaml:"-"`

	// Control is the URL of the control store, sqlite:///PATH with an absolute path.
	Control string `yaml:"control"`

	// Socket is the path of the control socket.
	Socket string `yaml:"socket"`

	// SocketGroup is the OS group that may use the socket as well; empty means
	// that only the user who runs holdfast (and root) may.
	SocketGroup string `yaml:"socket_group"`

	// Audit is the path of the audit file.
	Audit string `yaml:"audit"`

	// Trace records the connections of one client; its zero value none.
	Trace Trace `yaml:"trace"`

	// Console says where people find the web console.
	Console Console `yaml:"console"`

	// Slack says how to ask in Slack; nil is not at all.
	Slack *Slack `yaml:"slack"`

	// Webhook is another system that is told of holds; nil is none.
	Webhook *Webhook `yaml:"webhook"`

	Holds  Holds               `yaml:"holds"`
	People []Person            `yaml:"people"`
	Groups map[string][]string `yaml:"groups"` // name of the group to names of people

	// SharedUsers say whose a session of a Postgres user is that several use.
	SharedUsers []SharedUser `yaml:"shared_users"`

	// Volume says when deletes are told as unusual.
	Volume Volume `yaml:"volume"`

	Hosts  []Host `yaml:"hosts"`
	Limits Limits `yaml:"limits"`
	Rules  []Rule `yaml:"rules"`

	// Policy is what Limits and Rules say, in the words of package rules and in the
	// same order; see NewPolicy.
	Policy rules.PolicyOptions `yaml:"-"`

	// Warnings are what works but will probably surprise, such as reviewers who
	// have no way to answer.
	Warnings []Fault `yaml:"-"`
}

// Trace says whose connections are recorded as text, and where. Both are set or
// none.
type Trace struct {
	Dir string `yaml:"dir"` // folder; absolute after Load

	// Client is an IP address in its usual form, or LocalClient.
	Client string `yaml:"client"`
}

// LocalClient is the Trace.Client of the clients of Unix sockets.
const LocalClient = "local"

// Holds says how long a hold waits for an answer before it expires, and how long an
// approval is good afterwards.
type Holds struct {
	// Wait is the time outside a transaction. Default: 30 minutes. In a host, 0
	// takes the value of the whole configuration.
	Wait time.Duration `yaml:"wait"`

	// WaitInTransaction is the time while the session holds a transaction open
	// and with it locks that others may wait for. Default: 60 seconds.
	WaitInTransaction time.Duration `yaml:"wait_in_transaction"`

	// Grant is how long an approval is good that nobody waited for. Default: 30
	// minutes.
	Grant time.Duration `yaml:"grant"`
}

// Person is somebody who asks or answers.
type Person struct {
	Name     string   `yaml:"name"`
	Email    string   `yaml:"email"`
	Slack    string   `yaml:"slack"`    // Slack member id, such as U012AB3CD
	Postgres []string `yaml:"postgres"` // the Postgres users that are theirs
	OS       string   `yaml:"os"`       // the OS user who answers with the CLI
	Password Secret   `yaml:"password"` // the hash of the one for the web console; may be empty
	Token    string   `yaml:"token"`    // the hash of the one that their programs show to the API; may be empty

	// Certificate are the names in client certificates that are theirs.
	Certificate []string `yaml:"certificate"`
}

// SharedUser says who is behind some sessions of a Postgres user. All that is given
// must match, and Application or Address is.
type SharedUser struct {
	User        string `yaml:"user"`
	Application string `yaml:"application"` // a pattern of application_name
	Address     string `yaml:"address"`     // a network, one address, or "local"
	Person      string `yaml:"person"`
}

// Host is one door: where clients connect, and which server is behind it.
type Host struct {
	Name        string `yaml:"name"`
	Environment string `yaml:"environment"` // "production", "staging", ...; may be empty

	// Listen are host:port addresses and unix:/PATH sockets.
	Listen []string `yaml:"listen"`

	// Server is the postgres:// URL of the server behind this door.
	Server string `yaml:"server"`

	// TLS to clients; nil means that holdfast answers an SSLRequest with no.
	TLS *TLS `yaml:"tls"`

	Mode      Mode      `yaml:"mode"`
	Reviewers Reviewers `yaml:"reviewers"`
	Holds     Holds     `yaml:"holds"`

	// UnknownRequester says how many people must approve what somebody asks who is not
	// known: OneMore or Same.
	UnknownRequester string `yaml:"unknown_requester"`

	// SelfConfirm is Typed where the requester may confirm their own holds by typing
	// the name of the database; empty, they never may.
	SelfConfirm string `yaml:"self_confirm"`
}

// The values of Host.UnknownRequester and Host.SelfConfirm.
const (
	OneMore = "one_more"
	Same    = "same"
	Typed   = "typed"
)

// TLS names the certificate shown to clients. Paths are absolute after Load.
type TLS struct {
	Cert    string `yaml:"cert"` // PEM, leaf first
	Key     string `yaml:"key"`  // PEM
	Require bool   `yaml:"require"`

	// ClientCA has the authorities whose client certificates count, PEM; empty asks for
	// none. ClientCert is Optional or Required.
	ClientCA   string `yaml:"client_ca"`
	ClientCert string `yaml:"client_cert"`
}

// The values of TLS.ClientCert.
const (
	Optional = "optional" // who shows none is asked no further
	Required = "require"  // who shows none, or comes over TCP without TLS, is refused
)

// Reviewers says who may answer the holds of a host. The zero value is any one
// person but the requester.
type Reviewers struct {
	Group string `yaml:"group"` // empty: anybody
	Count int    `yaml:"count"` // distinct people; 0 means 1
}

// Mode says what a host does with what it judges.
type Mode string

// The modes. A host in a file without a mode is in Observe; the one host that
// flags make is in Enforce.
const (
	Enforce Mode = "enforce" // holds and refuses
	Observe Mode = "observe" // records what it would have held, changes nothing
	Off     Mode = "off"     // does not judge at all
)
