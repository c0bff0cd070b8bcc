# bash completion for gradcalc; made by: gradcalc completion bash
_gradcalc() {
    local line=${COMP_LINE:0:COMP_POINT}
    local IFS=$'\n'
    COMPREPLY=($(gradcalc completion bash -- "$line" 2>/dev/null))
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
    return 0
}
complete -F _gradcalc gradcalc
