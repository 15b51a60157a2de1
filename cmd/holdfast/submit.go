package main

import (
	"context"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy"
	"github.com/holdfast-db/holdfast/rules"
)

// submit asks people about a file: what check finds in it, by the policy of now, as a
// hold of the desk.
func (p *parts) submit(ctx context.Context, f console.FileRequest, by hold.Answerer) (hold.Hold, []string, error) {
	switch {
	case f.Database == "" || f.User == "":
		return hold.Hold{}, nil, unfit("it is not said on which database and as which Postgres user the file will run")
	case f.Name == "":
		return hold.Hold{}, nil, unfit("the file has no name")
	case len(f.SQL) > console.MaxFile:
		return hold.Hold{}, nil, unfit("the file has more than 1 MiB: take its data out, or split it")
	}
	file, err := p.fileOf(f)
	if err != nil {
		return hold.Hold{}, nil, unfit(err.Error())
	}
	r, uncovered, err := p.proxy.FileRequest(file)
	if err != nil {
		return hold.Hold{}, nil, unfit(err.Error())
	}
	h, err := p.desk.Submit(ctx, r, by)
	return h, uncovered, err
}

// fileOf is the file with what check says of each statement.
func (p *parts) fileOf(f console.FileRequest) (proxy.File, error) {
	origin, err := p.proxy.OriginAt(f.Host)
	if err != nil {
		return proxy.File{}, err
	}
	origin.Database, origin.User, origin.Application = f.Database, f.User, f.Application
	judge := &check.Judge{Reader: rules.NewReader(rules.ReaderOptions{}), Policy: p.proxy.Policy(), Origin: origin, Defined: &rules.Definitions{}}
	found, _ := judge.Script([]byte(f.SQL))
	file := proxy.File{Origin: origin, Name: f.Name, Hash: event.TextHash(f.SQL)}
	for _, s := range found {
		doubt := s.Doubt
		if doubt == "" && len(s.Variables) > 0 {
			doubt = "psql puts a variable into its text"
		}
		if s.NewSession {
			doubt = "it runs in another session, behind \\connect"
		}
		file.Statements = append(file.Statements, proxy.FileStatement{Line: s.Line, SQL: s.SQL, Doubt: doubt, Verdict: s.Verdict, Facts: s.Facts})
	}
	return file, nil
}

func unfit(text string) error { return &console.Fault{Code: console.BadRequest, Text: text} }
