package config

import "net/netip"

// checkTrace wants folder and client, or neither: without a client everybody would
// be recorded, with what they read and write.
func (n *notes) checkTrace(t *Trace) {
	switch {
	case *t == Trace{}, n.hasFaultAt("trace"), n.hasFaultAt("trace.dir"), n.hasFaultAt("trace.client"):
	case t.Client == "":
		n.fault("trace.dir", "a trace records statements and rows, so say of whom: one IP address or local, as trace.client or --trace-client")
	case t.Dir == "":
		n.fault("trace.client", "says whose connections are traced, but not where to; name a folder, as trace.dir or --trace")
	default:
		n.checkTraceClient(t)
	}
}

func (n *notes) checkTraceClient(t *Trace) {
	if t.Client != LocalClient {
		addr, err := netip.ParseAddr(t.Client)
		switch addr = addr.Unmap(); {
		case err != nil:
			n.fault("trace.client", "%q is neither an IP address nor local, which stands for Unix sockets", t.Client)
			return
		case addr.IsUnspecified() || addr.IsMulticast():
			n.fault("trace.client", "%s is not the address of one client", addr)
			return
		}
		t.Client = addr.String()
	}
	who := "from " + t.Client
	if t.Client == LocalClient {
		who = "by Unix sockets"
	}
	n.warn("trace.dir", "every connection %s is recorded in %s, with its statements, values and rows; "+
		"only passwords are masked. Take this out once you have what you need", who, t.Dir)
}
