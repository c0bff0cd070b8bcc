# fish completion for gradcalc; made by: gradcalc completion fish
function __gradcalc_complete
    set -l words (commandline -opc)
    gradcalc completion fish -- $words[2..] (commandline -ct) 2>/dev/null
end
complete -c gradcalc -f -a '(__gradcalc_complete)'
