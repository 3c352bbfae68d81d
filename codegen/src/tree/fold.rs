//! Folding of long paths (RFC 8340 section 3.1).

/// `before` + path + `after`, on several lines where it is longer than `width`; a step is never cut.
pub(super) fn path(before: &str, path: &str, after: &str, width: Option<usize>) -> Vec<String> {
    let whole = format!("{before}{path}{after}");
    let Some(width) = width.filter(|width| whole.chars().count() > *width) else { return vec![whole] };
    let mut steps = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    let mut lines = Vec::new();
    let mut indent = before.to_owned();
    while let Some(step) = steps.next() {
        let mut line = format!("{indent}/{step}");
        if line.chars().count() <= width {
            while let Some(next) = steps.peek() {
                let longer = line.chars().count() + 1 + next.chars().count();
                // Behind the last step there must be room for what follows the path.
                let last = steps.clone().nth(1).is_none();
                if longer > width || last && longer + after.len() > width {
                    break;
                }
                line.push('/');
                line.push_str(steps.next().unwrap_or_default());
            }
        }
        if steps.peek().is_none() {
            line.push_str(after);
        }
        lines.push(line);
        indent = " ".repeat(before.len() + 2);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_long_path_is_cut_between_steps() {
        let folded =
            path("  augment ", "/nat:nat/nat:instances/nat:instance/nat:mapping-table/nat:entry", ":", Some(65));
        let expected = ["  augment /nat:nat/nat:instances/nat:instance/nat:mapping-table", "            /nat:entry:"];
        assert_eq!(folded, expected);
        assert_eq!(path("  augment ", "/a/b", ":", Some(4)), ["  augment /a", "            /b:"]);
        assert_eq!(path("  augment ", "/a/b", ":", None), ["  augment /a/b:"]);
    }
}
