"""Tests of the daemon, each with one of its own or with the one that tests share."""
