//! Route tables: every path with its methods, each with its handler.

use std::pin::Pin;

use hyper::Method;
use usher_api::{Problem, ProblemCode};

use crate::answer::Answer;
use crate::call::{Call, PARAMS_MAX, Params};
use crate::metrics::{Metrics, RouteMetrics};

type Answering = Pin<Box<dyn Future<Output = Result<Answer, Problem>> + Send>>;
type Handler = Box<dyn Fn(Call) -> Answering + Send + Sync>;

/// Bodies are at most so large, unless the route says otherwise.
const BODY_MAX: usize = 4 * 1024;

/// One line of a table.
pub(crate) struct Line {
    method: Method,
    path: &'static str,
    handler: Handler,
    body_max: usize,
}

macro_rules! methods {
    ($($name:ident $method:ident),+) => {$(
        /// A line for this method.
        pub(crate) fn $name<H, F>(path: &'static str, handler: H) -> Line
        where
            H: Fn(Call) -> F + Send + Sync + 'static,
            F: Future<Output = Result<Answer, Problem>> + Send + 'static,
        {
            let handler: Handler = Box::new(move |call| Box::pin(handler(call)));
            Line { method: Method::$method, path, handler, body_max: BODY_MAX }
        }
    )+};
}

methods!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

impl Line {
    /// Its method and path.
    #[cfg(test)]
    pub(crate) fn name(&self) -> (&str, &'static str) {
        (self.method.as_str(), self.path)
    }

    /// The same with larger bodies.
    pub(crate) fn body_max(self, bytes: usize) -> Line {
        Line { body_max: bytes, ..self }
    }
}

/// A route: a handler with what is known about its path.
pub(crate) struct Route {
    pub(crate) handler: Handler,
    pub(crate) body_max: usize,
    pub(crate) metrics: RouteMetrics,
    method: Method,
    params: Vec<&'static str>,
}

struct Path {
    routes: Vec<Route>,
    allow: &'static str,
}

/// Every route of a listener.
pub(crate) struct Table {
    router: matchit::Router<usize>,
    paths: Vec<Path>,
    /// What requests count that no route knows.
    pub(crate) other: RouteMetrics,
}

impl Table {
    /// A table of these lines. Its routes' names live as long as the process.
    pub(crate) fn new(lines: Vec<Line>, metrics: &Metrics) -> Self {
        let mut table =
            Table { router: matchit::Router::new(), paths: Vec::new(), other: metrics.route("other") };
        let mut known: Vec<&'static str> = Vec::new();
        for line in lines {
            let place = known.iter().position(|path| *path == line.path).unwrap_or_else(|| {
                known.push(line.path);
                table
                    .router
                    .insert(line.path, table.paths.len())
                    .expect("no two lines have paths in conflict");
                table.paths.push(Path { routes: Vec::new(), allow: "" });
                table.paths.len() - 1
            });
            let path = &mut table.paths[place];
            let name: &'static str = format!("{} {}", line.method, line.path).leak();
            path.routes.push(Route {
                handler: line.handler,
                body_max: line.body_max,
                metrics: metrics.route(name),
                method: line.method,
                params: params_of(line.path),
            });
            path.allow = allow(&path.routes).leak();
        }
        table
    }

    /// The route of a method and path, with where its parameters stand in the path.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Result<(&Route, Params), Problem> {
        let Ok(found) = self.router.at(path) else { return Err(Problem::new(ProblemCode::NotFound)) };
        let known = &self.paths[*found.value];
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let Some(route) = known.routes.iter().find(|route| route.method == *method) else {
            return Err(Problem::method_not_allowed(known.allow));
        };
        let mut params: Params = std::array::from_fn(|_| ("", 0..0));
        for ((param, name), (_, value)) in params.iter_mut().zip(&route.params).zip(found.params.iter()) {
            let from = value.as_ptr() as usize - path.as_ptr() as usize;
            *param = (name, from..from + value.len());
        }
        Ok((route, params))
    }
}

fn params_of(path: &'static str) -> Vec<&'static str> {
    let name = |part: &'static str| Some(part.strip_prefix('{')?.strip_suffix('}')?.trim_start_matches('*'));
    let params: Vec<_> = path.split('/').filter_map(name).collect();
    assert!(params.len() <= PARAMS_MAX, "{path} has more than {PARAMS_MAX} parameters");
    params
}

fn allow(routes: &[Route]) -> String {
    let mut methods: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.join(", ")
}
