package web

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/chart"
	"github.com/holdfast-db/holdfast/internal/volume"
)

const (
	// maxDrawing is how many charts are made at a time, and drawWait how long one waits
	// for its turn and for the counts: one takes some milliseconds of a core, and the
	// cores are for sessions.
	maxDrawing, drawWait = 2, 5 * time.Second

	// policyOfChart lets a picture have its own colours when it is opened by itself, and
	// nothing else.
	policyOfChart = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

	phoneWidth, phoneHeight   = 358, 220 // pixels of the picture for a telephone
	columnWidth, columnHeight = 664, 240 // and of the one beside a form
)

// picture is a chart on a page: one address for each width and scheme, and its words.
type picture struct {
	Wide, WideDark, Phone, PhoneDark string
	Width, Height                    int
	Words                            string
	Actor                            string // whose rows are red; empty is nobody's
	Each, PhoneEach                  string // what a bar is
}

// pictureOf is the picture of a series, with an actor's rows in red. The zero actor
// is nobody. It fills the page, or its column beside a form.
func pictureOf(of tablePeriod, s alert.Series, actor volume.Actor, column bool) picture {
	wide, width, height := "page", chart.DefaultWidth, chart.DefaultHeight
	if column {
		wide, width, height = "column", columnWidth, columnHeight
	}
	at := func(size, scheme string) string {
		q := url.Values{"size": {size}, "scheme": {scheme}}
		if actor != (volume.Actor{}) {
			q.Set("user", actor.User)
			q.Set("application", actor.Application)
		}
		return of.chart(q, version(s))
	}
	p := picture{
		Wide: at(wide, "light"), WideDark: at(wide, "dark"), Phone: at("phone", "light"), PhoneDark: at("phone", "dark"),
		Width: width, Height: height, Words: chartWords(of, s), Each: of.Each, PhoneEach: of.PhoneEach,
	}
	if actor != (volume.Actor{}) {
		p.Actor = alert.Who(actor)
	}
	return p
}

// version is different when the series is. It names no secret and protects nothing.
func version(s alert.Series) string {
	h := fnv.New64a()
	for _, l := range s.Actors {
		fmt.Fprint(h, l.Actor, l.Deleted)
	}
	fmt.Fprint(h, s.Usual, s.Lost)
	for _, a := range s.Alerts {
		fmt.Fprint(h, a.ID, a.State, a.Since)
	}
	return fmt.Sprintf("%x", h.Sum64())
}

// chartWords says what the chart shows, for those who do not see it.
func chartWords(of tablePeriod, s alert.Series) string {
	total := s.Drawn(volume.Actor{})
	most, at, usual := 0.0, time.Time{}, 0.0
	for i, rows := range total.Others {
		if rows > most {
			most, at = rows, of.From.Add(time.Duration(i)*s.Step)
		}
		if i < len(s.Usual) && s.Usual[i] > usual { // NaN is not
			usual = s.Usual[i]
		}
	}
	text := fmt.Sprintf("Rows deleted from %s in %s, %s to %s.", alert.TableName(of.Table), of.Each, day(of.From), day(of.To))
	if usual > 0 {
		text += " Usual is up to " + alert.Rows(usual) + "."
	}
	if most > 0 {
		text += fmt.Sprintf(" The most were %s, at %s.", alert.Rows(most), at.UTC().Format("Mon 15:04"))
	} else {
		text += " There were none."
	}
	for _, a := range s.Alerts {
		text += fmt.Sprintf(" Alert since %s: %s.", a.Since.UTC().Format("Mon 15:04"), a.Headline())
	}
	if len(s.Lost) > 0 {
		text += " Some of the counts are lost."
	}
	return visible(text)
}

func day(t time.Time) string { return t.UTC().Format("2 Jan 15:04") }

// drawChart is the picture of a table's deletes.
func (s *Server) drawChart(w http.ResponseWriter, r *http.Request, _ session) {
	q := r.URL.Query()
	at := placeIn(r)
	of := periodNamed(q.Get("period")).series(at.host, at.database, at.table, chartEnd(q.Get("to"), time.Now()))
	style, step := chart.Style{Dark: q.Get("scheme") == "dark"}, of.step
	switch q.Get("size") {
	case "phone":
		style.Width, style.Height, step = phoneWidth, phoneHeight, of.phoneStep
	case "column":
		style.Width, style.Height = columnWidth, columnHeight
	}
	svg, err := s.svg(r.Context(), of, step, style, volume.Actor{User: q.Get("user"), Application: q.Get("application")})
	if err != nil {
		s.log.Error().Err(err).Msg("console: a chart could not be drawn")
		http.Error(w, "This chart could not be drawn; the log of holdfast says why.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Content-Security-Policy", policyOfChart)
	_, _ = w.Write(svg) // an error means that the browser has gone
}

// chartEnd is the end of the period that a page asked for; what is no such time is now.
func chartEnd(stamp string, now time.Time) time.Time {
	to, err := time.Parse(stampLayout, stamp)
	if err != nil || to.After(now.Add(periods[2].step)) || to.Before(now.Add(-periods[2].Whole)) {
		return now
	}
	return to.Add(-time.Minute) // series goes up to the end of the step it is in
}

// svg draws in its turn.
func (s *Server) svg(ctx context.Context, of tablePeriod, step time.Duration, style chart.Style, actor volume.Actor) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, drawWait)
	defer cancel()
	select {
	case s.drawing <- struct{}{}:
		defer func() { <-s.drawing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	series, err := s.Alerts.Series(ctx, of.asked(step))
	if err != nil {
		return nil, err
	}
	v := series.Drawn(actor)
	v.Title = chartWords(of, series)
	return v.SVG(style)
}
