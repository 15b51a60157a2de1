package main

func (a *app) checkPast(c checking, o opinion) error { return nil }
