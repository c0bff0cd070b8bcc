"""The prompt behind `gradcalc repl`: what a line means, what is remembered between lines, and where lines come from."""
