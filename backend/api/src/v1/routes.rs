//! What answers a path, and apart from it what the document says of that. A server answers all day
//! and is hardly ever asked for its document, whose parts take megabytes to make: they are made when
//! somebody asks.

use axum::Router;
use axum::routing::{MethodFilter, MethodRouter};
use utoipa::openapi::HttpMethod;
use utoipa_axum::PathItemExt;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::AppState;

/// Makes the description of the handlers of one path.
pub(super) type Described = fn() -> UtoipaMethodRouter<AppState>;

/// The handlers of one path.
pub(super) struct Handlers {
    path: String,
    methods: MethodRouter<AppState>,
    described: Described,
}

impl Handlers {
    pub(super) fn new(described: Described) -> Self {
        Handlers { path: String::new(), methods: MethodRouter::new(), described }
    }

    /// Adds a handler with what its annotation says of it.
    pub(super) fn with(
        mut self,
        path: String,
        methods: &[HttpMethod],
        add: fn(MethodRouter<AppState>, MethodFilter) -> MethodRouter<AppState>,
    ) -> Self {
        self.path = path;
        for method in methods {
            self.methods = add(self.methods, method.to_method_filter());
        }
        self
    }
}

/// The routes of a resource.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<AppState>,
    described: Vec<Described>,
}

impl Routes {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds the handlers of one path, as `routes!` makes them.
    pub(super) fn routes(mut self, handlers: Handlers) -> Self {
        self.router = self.router.route(&handlers.path, handlers.methods);
        self.described.push(handlers.described);
        self
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.described.extend(other.described);
        self
    }

    /// Bodies of another size than elsewhere, bytes.
    pub(super) fn body_limit(mut self, bytes: usize) -> Self {
        self.router = self.router.layer(axum::extract::DefaultBodyLimit::max(bytes));
        self
    }

    /// What serves them.
    pub(super) fn router(self) -> Router<AppState> {
        self.router
    }

    /// What the document says of them, below a path.
    pub(super) fn described(
        self,
        base: &str,
        document: utoipa::openapi::OpenApi,
    ) -> utoipa::openapi::OpenApi {
        let all = self.described.into_iter();
        let all = all.fold(OpenApiRouter::new(), |all, made| all.routes(made()));
        OpenApiRouter::with_openapi(document).nest(base, all).split_for_parts().1
    }
}

/// The handlers of one path: functions with `#[utoipa::path]`, here or in a module beside.
macro_rules! routes {
    ($($first:ident $(:: $second:ident)?),+ $(,)?) => {{
        let handlers = $crate::v1::routes::Handlers::new(
            || ::utoipa_axum::routes!($($first $(:: $second)?),+)
        );
        $(let handlers = $crate::v1::routes::routes!(@one handlers, $first $(:: $second)?);)+
        handlers
    }};
    (@one $to:ident, $name:ident) => {
        ::utoipa_axum::paste! { $crate::v1::routes::routes!(@with $to, $name, [<__path_ $name>]) }
    };
    (@one $to:ident, $module:ident :: $name:ident) => {
        ::utoipa_axum::paste! {
            $crate::v1::routes::routes!(@with $to, $module::$name, $module::[<__path_ $name>])
        }
    };
    (@with $to:ident, $handler:path, $said:path) => {
        $to.with(
            <$said as ::utoipa::Path>::path(),
            &<$said as ::utoipa::Path>::methods(),
            |router, method| router.on(method, $handler),
        )
    };
}

pub(super) use routes;
