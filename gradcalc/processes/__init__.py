"""The processes that this program starts, and how a signal ends it."""
