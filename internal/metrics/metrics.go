package metrics

import (
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
)

// MaxTables is how many tables have series of their own: those that rows were deleted or
// updated from first.
const MaxTables = 200

// others is the label of the tables beyond.
const others = "others"

// Source is what is scraped.
type Source struct {
	Status func() console.Status
	Totals func() []alert.Total
	Alerts func() []alert.Alert // that last or brake
	Health func() alert.Health
}

// Handler answers GET /metrics in the format that was asked for.
func Handler(s Source) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{s})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}

// described are the metrics, by name.
func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("holdfast_"+name, help, labels, nil)
}

var (
	ready      = described("ready", "1 when every host listens and the control store answers.")
	sessions   = described("sessions", "Sessions that are open.", "host")
	held       = described("sessions_held", "Sessions that wait for people.", "host")
	statements = described("statements_total", "Statements read since the start.", "host")
	uncounted  = described("statements_not_counted_total", "Statements that passed although nobody counted what they destroyed.", "host")
	wouldHold  = described("statements_would_hold_total", "Statements that observe mode would have held.", "host")
	refused    = described("statements_refused_total", "Statements refused by the policy.", "host")
	waiting    = described("holds_waiting", "Holds that wait for people, grants included.")
	deleted    = described("deleted_rows_total", "Rows deleted and committed through holdfast since the start.", "host", "database", "table")
	updated    = described("updated_rows_total", "Rows updated and committed through holdfast since the start.", "host", "database", "table")
	open       = described("alerts_open", "Alerts that last.", "kind")
	silenced   = described("alerts_silenced", "Alerts that last and of which nobody is told at the moment.")
	brakes     = described("brakes_on", "Brakes that are on.")
	learned    = described("volume_learned_timestamp_seconds", "When the baseline of deletes speaks, or has begun to.")
	trouble    = described("volume_fault", "1 while counts cannot be kept or are not judged.")
	lost       = described("lost_total", "What could not be kept: events, changes of holds, and counts that could not be told apart.", "what")
)

// collector asks the source. It implements prometheus.Collector.
type collector struct{ Source }

// Describe implements prometheus.Collector.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		ready, sessions, held, statements, uncounted, wouldHold, refused, waiting, deleted, updated, open, silenced, brakes, learned, trouble, lost,
	} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(to chan<- prometheus.Metric) {
	gauge := sender(to, prometheus.GaugeValue)
	counter := sender(to, prometheus.CounterValue)
	s := c.Status()
	gauge(ready, truth(s.Ready))
	gauge(waiting, float64(s.Waiting+s.Granted))
	for _, h := range s.Hosts {
		gauge(sessions, float64(h.Sessions), h.Name)
		gauge(held, float64(h.Held), h.Name)
		counter(statements, float64(h.Statements), h.Name)
		counter(uncounted, float64(h.NotCounted), h.Name)
		counter(wouldHold, float64(h.WouldHold), h.Name)
		counter(refused, float64(h.Refused), h.Name)
	}
	for _, t := range bounded(c.Totals()) {
		counter(deleted, float64(t.Deleted), t.Host, t.Database, t.Table)
		counter(updated, float64(t.Updated), t.Host, t.Database, t.Table)
	}
	c.collectAlerts(gauge)
	health := c.Health()
	gauge(trouble, truth(health.Fault != ""))
	if !health.Learned.IsZero() {
		gauge(learned, float64(health.Learned.Unix()))
	}
	counter(lost, float64(s.Lost.Events), "events")
	counter(lost, float64(s.Lost.Holds), "holds")
	counter(lost, float64(health.Lost), "counts")
}

// send sends one value.
type send func(d *prometheus.Desc, v float64, labels ...string)

// sender sends values of a type. Labels are names from clients, so that they may be no
// UTF-8, which would be a fault of the whole answer.
func sender(to chan<- prometheus.Metric, of prometheus.ValueType) send {
	return func(d *prometheus.Desc, v float64, labels ...string) {
		for i := range labels {
			labels[i] = label(labels[i])
		}
		m, err := prometheus.NewConstMetric(d, of, v, labels...)
		if err != nil {
			m = prometheus.NewInvalidMetric(d, err)
		}
		to <- m
	}
}

// label is a name as a label has it.
func label(name string) string { return strings.ToValidUTF8(name, "?") }

func (c collector) collectAlerts(gauge send) {
	kinds, quiet, on := map[string]int{}, 0, 0
	for _, kind := range alert.Kinds() {
		kinds[string(kind)] = 0 // so that a query finds it before the first alert
	}
	now := time.Now()
	for _, a := range c.Alerts() {
		if a.Braked() {
			on++
		}
		if !a.Lasts() {
			continue
		}
		kinds[string(a.Kind)]++
		if a.Silenced.After(now) {
			quiet++
		}
	}
	for kind, n := range kinds {
		gauge(open, float64(n), kind)
	}
	gauge(silenced, float64(quiet))
	gauge(brakes, float64(on))
}

// bounded is the sums of the first tables, and of all others together. Names that are
// the same label are one sum: a second series would be a fault of the whole answer.
func bounded(all []alert.Total) (list []alert.Total) {
	at := map[[3]string]int{}
	for _, t := range all {
		labels := [3]string{label(t.Host), label(t.Database), label(t.Table)}
		i, known := at[labels]
		if !known && len(list) >= MaxTables {
			t = alert.Total{Table: others, Sum: t.Sum}
			labels = [3]string{"", "", others}
			i, known = at[labels]
		}
		if !known {
			at[labels], list = len(list), append(list, t)
			continue
		}
		list[i].Deleted += t.Deleted
		list[i].Updated += t.Updated
	}
	return list
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
