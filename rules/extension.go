package rules

func ofExtension(name Relation) bool { return false }
