package hold_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errDisk = errors.New("no space left on device")

// badDisk fails at one operation, before it took effect or after.
type badDisk struct {
	at    string
	after bool
}

func (b badDisk) String() string {
	if b.after {
		return "after " + b.at
	}
	return "before " + b.at
}

func (b badDisk) fault(op string) error {
	if op == b.at {
		return errDisk
	}
	return nil
}

// onBadDisks plays a test on virtual time with a disk that fails at each of these
// operations, before it took effect and after.
func onBadDisks(t *testing.T, play func(t *testing.T, bad badDisk), operations ...string) {
	for _, at := range operations {
		for _, after := range []bool{false, true} {
			bad := badDisk{at, after}
			t.Run(bad.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { play(t, bad) })
			})
		}
	}
}

// failWhen asks fault before operations take effect, or after.
func (d *disk) failWhen(after bool, fault func(op string) error) {
	if after {
		d.fail(nil, fault)
	} else {
		d.fail(fault, nil)
	}
}

// spoil has the disk fail from now on.
func (r *rig) spoil(bad badDisk) { r.disk.failWhen(bad.after, bad.fault) }

// mend has the disk work again, and lets the desk write what it could not.
func (r *rig) mend() {
	r.disk.fail(nil, nil)
	time.Sleep(time.Minute)
	synctest.Wait()
}
