//! Lines of columns, for people.

/// The rows under their heads, each column as wide as its widest cell; the last column is not padded, and a column of
/// numbers stands to the right.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |text| text.chars().count());
    let is_number = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit());
    let columns: Vec<(usize, bool)> = (0..heads.len())
        .map(|column| {
            let widest = rows.iter().map(|row| cell(row, column)).max().unwrap_or(0);
            let head = heads.get(column).map_or(0, |head| head.chars().count());
            (widest.max(head), rows.iter().filter_map(|row| row.get(column)).all(is_number))
        })
        .collect();
    let head: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut out = String::new();
    for row in std::iter::once(&head).chain(rows) {
        let mut line = String::new();
        for (text, (width, number)) in row.iter().zip(&columns) {
            match number {
                true => line.push_str(&format!("{text:>width$}  ")),
                false => line.push_str(&format!("{text:<width$}  ")),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["a".into(), "7".into(), "x".into()], vec!["long".into(), "63000".into(), String::new()]];
        assert_eq!(table(&["NAME", "SID", "FILE"], &rows), "NAME    SID  FILE\na         7  x\nlong  63000\n");
    }
}
