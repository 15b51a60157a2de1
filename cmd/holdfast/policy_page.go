package main

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/web"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/rules"
)

// policyPage is the policy in force, for the web console.
func (p *parts) policyPage() web.Policy {
	c, status := p.inForce.now()
	page := web.Policy{File: c.File, Loaded: status.Loaded, SHA256: status.SHA256, Fault: status.Fault, Restart: status.Restart}
	for _, r := range c.Rules {
		page.Rules = append(page.Rules, web.Rule{Name: r.Name, Action: r.Action, When: conditions(r.When), Terms: terms(r)})
	}
	page.Limits = limitsText(rules.NewPolicy(c.Policy).Limits())
	return page
}

// conditions are the keys of a rule that say something, in the order of the reference.
func conditions(w *config.When) (list []web.Condition) {
	if w == nil {
		return nil
	}
	v := reflect.ValueOf(*w)
	for i := range v.NumField() {
		var values []string
		switch said := v.Field(i).Interface().(type) {
		case []string:
			values = said
		case string:
			if said != "" {
				values = []string{said}
			}
		}
		if len(values) > 0 {
			list = append(list, web.Condition{Key: v.Type().Field(i).Tag.Get("yaml"), Values: values})
		}
	}
	return list
}

// terms are what a hold of the rule asks for beyond its host.
func terms(r config.Rule) (list []string) {
	if n, group := r.Reviewers.Count, r.Reviewers.Group; n > 0 || group != "" {
		text := wording.Count(max(n, 1), "reviewer")
		if group != "" {
			text += " of " + group
		}
		list = append(list, text)
	}
	if r.TypeName {
		list = append(list, "the name of what goes must be typed")
	}
	if r.Wait > 0 {
		list = append(list, "waits "+wording.Took(r.Wait))
	}
	if r.WaitInTransaction > 0 {
		list = append(list, "waits "+wording.Took(r.WaitInTransaction)+" in a transaction")
	}
	return list
}

// limitsText are the limits as sentences.
func limitsText(l rules.Limits) []string {
	share := strconv.FormatFloat(100*l.Share, 'f', -1, 64)
	list := []string{fmt.Sprintf("Above the limits, once rows are counted: %s deleted rows of a table in one transaction, or %s %% of it from %s rows on.",
		wording.Number(uint64(l.Rows)), share, wording.Number(uint64(l.ShareFrom)))}
	if l.UpdatedRows > 0 {
		list = append(list, fmt.Sprintf("And %s updated rows of a table.", wording.Number(uint64(l.UpdatedRows))))
	}
	return list
}
