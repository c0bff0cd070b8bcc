"""`gradcalc completion SHELL`: the script that teaches a shell to complete, and the answers to its questions.

Comes in: a shell's name, and when its script calls, what is typed so far. Goes out: the script, or one candidate a
line, or the line `:files` where a file's name goes. The scripts hold no list: they ask the program at every TAB, and
know files themselves. Imports `console` and `cli.candidates`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from gradcalc.cli import options
from gradcalc.console import Console
from gradcalc.errors import Status, UsageError

EPILOG = """
\b
Install:
  bash   gradcalc completion bash > ~/.local/share/bash-completion/completions/gradcalc
  zsh    gradcalc completion zsh > DIRECTORY/_gradcalc    for a directory in $fpath
  fish   gradcalc completion fish > ~/.config/fish/completions/gradcalc.fish
"""

# bash breaks words at = and :, so the line goes to the program whole, and the answers come back without what bash
# takes for an earlier word.
_BASH = r"""# bash completion for gradcalc; made by: gradcalc completion bash
_gradcalc() {
    local answer
    COMPREPLY=()
    while IFS= read -r answer; do
        COMPREPLY+=("$answer")
    done < <(gradcalc completion bash -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    if [[ ${COMPREPLY[0]} == :files ]]; then
        COMPREPLY=()
        compopt -o default
    elif [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}
complete -F _gradcalc gradcalc
"""

_ZSH = r"""#compdef gradcalc
# zsh completion for gradcalc; made by: gradcalc completion zsh
_gradcalc() {
    local -a answers open
    answers=("${(@f)$(gradcalc completion zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    if [[ $answers == :files ]]; then
        compset -P 1 '--*='
        _files
        return
    fi
    open=(${(M)answers:#*=})
    answers=(${answers:#*=})
    (( $#open )) && compadd -S '' -- $open
    (( $#answers )) && compadd -- $answers
}
if [[ $funcstack[1] == _gradcalc ]]; then
    _gradcalc "$@"
else
    compdef _gradcalc gradcalc
fi
"""

_FISH = r"""# fish completion for gradcalc; made by: gradcalc completion fish
function __gradcalc_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l answers (gradcalc completion fish -- $words[2..] $word 2>/dev/null)
    if test "$answers" = :files
        set -l option (string match -r -- '^--[^=]+=' $word; or echo)
        printf '%s\n' $option(complete -C "'' "(string replace -- $option '' $word))
    else if set -q answers[1]
        printf '%s\n' $answers
    end
end
complete -c gradcalc -f -a '(__gradcalc_complete)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion(
    ctx: typer.Context,
    *,
    shell: Annotated[str | None, typer.Argument(metavar="SHELL", hidden=True, parser=options.shell)] = None,
    typed: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
) -> Status:
    """Print the script that completes commands, options and variables in bash, zsh or fish."""
    console: Console = ctx.obj
    if shell is None:
        raise UsageError("the shell is missing", hint="write gradcalc completion bash, zsh or fish")
    if not typed:
        console.answer(SCRIPTS[shell])
        return Status.OK
    from gradcalc.cli.candidates import answers

    console.lines(answers(shell, typed))
    return Status.OK
