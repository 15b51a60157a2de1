package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader carries the signature of a request.
const SignatureHeader = "Holdfast-Signature"

// skew is how old a request may be, or how far ahead.
const skew = 5 * time.Minute

// Sign is the value of SignatureHeader for a body sent at that time.
func Sign(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	return fmt.Sprintf("t=%s,v1=%s", seconds, digest(secret, seconds, body))
}

func digest(secret, seconds string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", seconds, body)
	return hex.EncodeToString(mac.Sum(nil))
}

// Verify is nil for a body that whoever has the secret signed, at most five minutes
// from now.
func Verify(secret, header string, now time.Time, body []byte) error {
	stamp, signature, found := strings.Cut(header, ",v1=")
	seconds, isStamp := strings.CutPrefix(stamp, "t=")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if !found || !isStamp || err != nil {
		return errors.New("the signature is not of the form t=SECONDS,v1=HEX")
	}
	if !hmac.Equal([]byte(digest(secret, seconds, body)), []byte(signature)) {
		return errors.New("the signature is wrong")
	}
	if off := now.Sub(time.Unix(at, 0)); off > skew || off < -skew {
		return errors.New("the request is more than five minutes off")
	}
	return nil
}
