package main

import (
	"context"
	"errors"
	"fmt"
)

// stayUp keeps everything running for the reader until Ctrl-C.
func (s *stage) stayUp(ctx context.Context, p *page) error {
	p.line("")
	p.line("It stays up until Ctrl-C. In a second terminal, as ana:")
	p.line("")
	fmt.Fprintf(p, "  psql postgres://%s:%s@%s/shop\n", s.ana.name, s.ana.password, localAddress(s.holdfast.port))
	fmt.Fprintf(p, "  DROP TABLE events;\n")
	p.line("")
	p.line("In a third one, as OS user %s, who is ben:", whoAmI())
	p.line("")
	fmt.Fprintf(p, "  export HOLDFAST_SOCKET=%s\n", s.holdfast.socket())
	fmt.Fprintf(p, "  %s holds\n", s.holdfast.binary)
	fmt.Fprintf(p, "  %s approve ID\n", s.holdfast.binary)
	p.line("")
	link, err := s.holdfast.consoleLink(ctx)
	if err != nil {
		return err
	}
	p.line("Or in a browser, where this link signs ben in, once, within five minutes; %s console login prints another:", s.holdfast.binary)
	p.line("")
	fmt.Fprintf(p, "  %s\n", link)
	p.line("")
	select {
	case <-ctx.Done():
		p.line("")
		return nil
	case <-s.pg.exited:
		s.showLogs(p)
		return errors.New("PostgreSQL has ended by itself")
	case <-s.holdfast.exited:
		s.showLogs(p)
		return errors.New("holdfast has ended by itself")
	}
}
