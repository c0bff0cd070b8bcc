"""Text -> Tape: tokens, parser, tape, shapes, points, the vocabulary. Knows no engine; standard library only."""
