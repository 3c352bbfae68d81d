//! What each shell runs.

/// bash breaks words at `:` and `=`, which stand in targets and paths: the line is split here, and what stands before the
/// last break is taken off again.
pub(super) const BASH: &str = r#"_comi() {
    local line=${COMP_LINE:0:COMP_POINT} typed candidates
    local -a words
    line=${line//[\'\"]/}
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    typed=${words[-1]}
    mapfile -t candidates < <(comi complete -- "${words[@]:1}" 2>/dev/null)
    if [[ ${#candidates[@]} -eq 0 ]]; then
        compopt -o default 2>/dev/null
        COMPREPLY=()
        return
    fi
    local before=${typed%"${typed##*[:=]}"}
    COMPREPLY=("${candidates[@]#"$before"}")
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace 2>/dev/null
}
complete -F _comi comi
"#;

pub(super) const FISH: &str = r#"function __comi_complete
    set -l words (commandline -opc) (commandline -ct)
    comi complete -- $words[2..] 2>/dev/null
end
complete -c comi -a '(__comi_complete)'
"#;

pub(super) const ZSH: &str = r#"#compdef comi
_comi() {
    local -a candidates
    candidates=("${(@f)$(comi complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    candidates=(${candidates:#})
    if (( ${#candidates} == 0 )); then
        _files
    else
        compadd -S '' -a candidates
    fi
}
if [[ ${funcstack[1]} == _comi ]]; then _comi "$@"; else compdef _comi comi; fi
"#;
