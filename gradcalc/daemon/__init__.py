"""The warm process, and how the program finds it: one daemon a user, which forks for each question.

Comes in: a command line with its working directory, environment and streams. Goes out: its exit status.

    client   the program's side: standard library only, as little of it as can be
    place    where the socket lies, and whether it may be trusted
    identity what must be the same here and there for the answer to be the same
    protocol the messages and their limits
    server   accept, hand over, reap, leave when idle
    question one question's process: it becomes what the client would have been
    launch   the command line of the daemon's own process, `gradcalc.warm`
    holder   who holds the lock, which there is one of
    control  start, stop, status

No module here imports an engine; `gradcalc.warm` brings the program in from above.
"""
