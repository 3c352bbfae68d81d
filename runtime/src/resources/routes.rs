//! Paths to values: a trie of segments.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use thiserror::Error;

/// Routes: `/sensors/{number}/value` takes one segment in the place of `{number}`, `/files/{path*}` all that follow. What
/// is written out comes before a parameter, a parameter before a rest, at the first segment where two routes differ.
///
/// ```
/// use comi_runtime::resources::Routes;
///
/// let mut routes = Routes::default();
/// routes.insert("/sensors/{number}", 1)?;
/// routes.insert("/sensors/all", 2)?;
/// let found = routes.find(&["sensors", "17"]).unwrap();
/// assert_eq!((*found.value, found.parameters), (1, vec![("number", "17")]));
/// assert_eq!(*routes.find(&["sensors", "all"]).unwrap().value, 2);
/// # Ok::<(), comi_runtime::resources::RouteError>(())
/// ```
#[derive(Debug)]
pub struct Routes<T> {
    nodes: Vec<Node>,
    routes: Vec<Route<T>>,
}

#[derive(Debug, Default)]
struct Node {
    /// Sorted.
    literals: Vec<(Box<str>, usize)>,
    parameter: Option<usize>,
    /// The routes that end here, and that take all that follows.
    ends: Option<usize>,
    rest: Option<usize>,
}

#[derive(Debug)]
struct Route<T> {
    template: String,
    parameters: Vec<Box<str>>,
    value: T,
}

/// Why a route can't be added.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RouteError {
    /// It doesn't begin with a slash.
    #[error("{0}: a route begins with a slash")]
    NoSlash(String),
    /// Something stands behind `{name*}`.
    #[error("{0}: nothing can follow what takes all that follows")]
    NotLast(String),
    /// Another route takes the same paths.
    #[error("{0}: another route takes the same paths")]
    Taken(String),
}

/// A route that takes a path.
#[derive(Debug)]
pub struct Found<'r, 'p, V> {
    /// What stands at it.
    pub value: V,
    /// The names of its parameters, and what stands in their place.
    pub parameters: Vec<(&'r str, &'p str)>,
    /// What stands in the place of its last part, if that takes all that follows.
    pub rest: Vec<&'p str>,
}

enum Part<'t> {
    Literal(&'t str),
    Parameter(&'t str),
    Rest,
}

fn parts(template: &str) -> Option<impl Iterator<Item = Part<'_>>> {
    let path = template.strip_prefix('/')?;
    Some(path.split('/').filter(move |_| !path.is_empty()).map(|part| {
        let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match name {
            None => Part::Literal(part),
            Some(name) if name.ends_with('*') => Part::Rest,
            Some(name) => Part::Parameter(name),
        }
    }))
}

impl<T> Default for Routes<T> {
    fn default() -> Routes<T> {
        Routes { nodes: Vec::from([Node::default()]), routes: Vec::new() }
    }
}

impl<T> Routes<T> {
    /// Adds a route.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn insert(&mut self, template: &str, value: T) -> Result<(), RouteError> {
        let parts = parts(template).ok_or_else(|| RouteError::NoSlash(template.into()))?;
        let (mut at, mut parameters, mut takes_rest) = (0, Vec::new(), false);
        for part in parts {
            if takes_rest {
                return Err(RouteError::NotLast(template.into()));
            }
            match part {
                Part::Literal(segment) => at = self.literal(at, segment),
                Part::Parameter(name) => {
                    parameters.push(name.into());
                    at = self.parameter(at);
                }
                Part::Rest => takes_rest = true,
            }
        }
        let number = self.routes.len();
        let place = self.nodes.get_mut(at).map(|node| if takes_rest { &mut node.rest } else { &mut node.ends });
        match place {
            Some(place @ None) => *place = Some(number),
            _ => return Err(RouteError::Taken(template.into())),
        }
        self.routes.push(Route { template: template.into(), parameters, value });
        Ok(())
    }

    /// The route that takes this path. The time is bounded by the number of routes, whatever the path.
    pub fn find<'r, 'p>(&'r self, path: &[&'p str]) -> Option<Found<'r, 'p, &'r T>> {
        let (number, values, rest) = self.search(path)?;
        let route = self.routes.get(number)?;
        let names = route.parameters.iter().map(|name| &**name);
        Some(Found { value: &route.value, parameters: names.zip(values).collect(), rest })
    }

    /// The same, with a value that can be changed.
    pub fn find_mut<'r, 'p>(&'r mut self, path: &[&'p str]) -> Option<Found<'r, 'p, &'r mut T>> {
        let (number, values, rest) = self.search(path)?;
        let route = self.routes.get_mut(number)?;
        let names = route.parameters.iter().map(|name| &**name);
        Some(Found { value: &mut route.value, parameters: names.zip(values).collect(), rest })
    }

    /// All routes, as they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.routes.iter().map(|route| (route.template.as_str(), &route.value))
    }

    /// The number of the route, the values of its parameters, and the rest.
    fn search<'p>(&self, path: &[&'p str]) -> Option<(usize, Vec<&'p str>, Vec<&'p str>)> {
        let mut values = Vec::new();
        let (number, rest) = self.walk(0, path, &mut values)?;
        Some((number, values, rest.to_vec()))
    }

    /// Visits each node at most once, since every node has one way to it.
    fn walk<'s, 'p>(
        &self,
        at: usize,
        path: &'s [&'p str],
        values: &mut Vec<&'p str>,
    ) -> Option<(usize, &'s [&'p str])> {
        let node = self.nodes.get(at)?;
        if let [segment, behind @ ..] = path {
            if let Ok(place) = node.literals.binary_search_by(|(own, _)| (**own).cmp(segment))
                && let Some((_, next)) = node.literals.get(place)
                && let Some(found) = self.walk(*next, behind, values)
            {
                return Some(found);
            }
            if let Some(next) = node.parameter {
                values.push(segment);
                if let Some(found) = self.walk(next, behind, values) {
                    return Some(found);
                }
                values.pop();
            }
        } else if let Some(number) = node.ends {
            return Some((number, &[]));
        }
        node.rest.map(|number| (number, path))
    }

    fn literal(&mut self, at: usize, segment: &str) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        match node.literals.binary_search_by(|(own, _)| (**own).cmp(segment)) {
            Ok(place) => node.literals.get(place).map_or(at, |(_, next)| *next),
            Err(place) => {
                node.literals.insert(place, (segment.into(), next));
                self.nodes.push(Node::default());
                next
            }
        }
    }

    fn parameter(&mut self, at: usize) -> usize {
        let next = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let known = node.parameter.is_some();
        let child = *node.parameter.get_or_insert(next);
        if !known {
            self.nodes.push(Node::default());
        }
        child
    }
}

/// Whether a template names one path.
pub(super) fn is_literal(template: &str) -> bool {
    parts(template).is_some_and(|mut parts| parts.all(|part| matches!(part, Part::Literal(_))))
}
