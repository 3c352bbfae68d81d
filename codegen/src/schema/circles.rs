//! Finding circles in "needs" relations, in time linear in their number and without recursion.

/// The circles in a graph of `count` vertices, each once, as the list of its vertices; of circles that share vertices
/// at least one is found.
pub(super) fn circles(count: usize, edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let targets = |from: usize| edges.get(from).map_or(&[][..], Vec::as_slice);
    // Vertices that need nothing (any more) are taken away until only circles and what leads into them are left.
    let mut open: Vec<usize> = (0..count).map(|vertex| targets(vertex).len()).collect();
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); count];
    for vertex in 0..count {
        for target in targets(vertex) {
            if let Some(list) = sources.get_mut(*target) {
                list.push(vertex);
            }
        }
    }
    let mut done: Vec<usize> = (0..count).filter(|vertex| targets(*vertex).is_empty()).collect();
    while let Some(vertex) = done.pop() {
        for source in sources.get(vertex).into_iter().flatten() {
            if let Some(left) = open.get_mut(*source) {
                *left -= 1;
                if *left == 0 {
                    done.push(*source);
                }
            }
        }
    }
    let stuck = |vertex: usize| open.get(vertex).is_some_and(|left| *left > 0);
    // From each that is left, one way on is followed; it ends in a circle or where another way has been.
    let mut way_of: Vec<Option<usize>> = vec![None; count];
    let mut found = Vec::new();
    for start in (0..count).filter(|vertex| stuck(*vertex)) {
        let (mut way, mut at) = (Vec::new(), start);
        while way_of.get(at).copied().flatten().is_none() {
            if let Some(slot) = way_of.get_mut(at) {
                *slot = Some(start);
            }
            way.push(at);
            at = targets(at).iter().copied().find(|target| stuck(*target)).unwrap_or(at);
        }
        if way_of.get(at).copied().flatten() == Some(start)
            && let Some(first) = way.iter().position(|vertex| *vertex == at)
        {
            found.push(way.get(first..).unwrap_or_default().to_vec());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn circles_are_found_once() {
        let edges = |list: &[&[usize]]| list.iter().map(|targets| targets.to_vec()).collect::<Vec<_>>();
        let check = |graph: &[&[usize]], expected: &[&[usize]]| {
            assert_eq!(circles(graph.len(), &edges(graph)), edges(expected), "{graph:?}");
        };
        check(&[&[1], &[2], &[]], &[]);
        check(&[&[0]], &[&[0]]);
        check(&[&[1], &[2], &[1]], &[&[1, 2]]);
        check(&[&[1], &[0], &[3, 0], &[2]], &[&[0, 1], &[2, 3]]);
        check(&[&[1, 2], &[], &[1]], &[]);
    }

    #[test]
    fn a_long_chain_takes_no_stack() {
        let edges: Vec<Vec<usize>> = (0..200_000).map(|vertex| vec![(vertex + 1) % 200_000]).collect();
        assert_eq!(circles(edges.len(), &edges).len(), 1);
    }
}
