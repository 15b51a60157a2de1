package config

import (
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// wantVolume is the section volume of the file whole.
func wantVolume(t *testing.T, c *Config) {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	want := volume.Options{
		LimitRows: 800, LimitShare: 0.2, BulkRows: 300, BulkShare: 0.05, DayShare: 0.3, WeekShare: 0.6, Times: 2.5, Learn: 48 * time.Hour, Zone: berlin,
		Expected: []volume.Expected{{Host: "shop-*", Database: "shop", Table: "orders", Actor: "batch/purge", Cron: "0 2 1 * *", MaxRows: 5000}},
	}
	if !reflect.DeepEqual(c.Volume.Options, want) {
		t.Errorf("volume %+v", c.Volume.Options)
	}
	b := c.Volume.Brake[0]
	if len(c.Volume.Brake) != 1 || !b.HostPatterns[0].Matches("shop-prod") || !b.TablePatterns[1].Matches("audit.x") || !reflect.DeepEqual(b.KindNames, []volume.Kind{volume.Limit, volume.Bulk}) {
		t.Errorf("brake %+v", b)
	}
}

// TestVolumeDefaults: what nobody writes is what package volume and `volume replay` have.
func TestVolumeDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := load(t, map[string]string{"listen": ":1", "server": "postgres://db"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := volume.Options{
		LimitRows: volume.DefaultLimitRows, LimitShare: volume.DefaultLimitShare, BulkRows: volume.DefaultBulkRows, BulkShare: volume.DefaultBulkShare,
		DayShare: volume.DefaultDayShare, WeekShare: volume.DefaultWeekShare, Times: volume.DefaultTimes, Learn: volume.DefaultLearn, Zone: time.UTC,
	}
	if !reflect.DeepEqual(c.Volume.Options, want) || c.Volume.Brake != nil {
		t.Errorf("%+v", c.Volume)
	}
}
