// Package house is tests only: they keep the rules of the house that no compiler
// knows, namely which package may import which, what documents name, and which
// words the code uses. CONTRIBUTING.md says what the rules are for.
package house
