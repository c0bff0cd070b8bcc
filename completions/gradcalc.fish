# fish completion for gradcalc; made by: gradcalc completion fish
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
