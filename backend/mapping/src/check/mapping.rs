//! Mappings: paths, templates and transforms compile, and read only what is there.

use domain::field::Escape;
use domain::flow::{Fields, Mapping, Source, Transform, place};

use super::scope::Scope;
use super::{Checker, fault, shape};
use crate::functions;
use crate::path::Path;
use crate::reference::Used;
use crate::template::Template;

impl Checker<'_> {
    pub fn mapping(&mut self, m: &Mapping, at: &str, scope: &Scope<'_>) {
        match &m.source {
            Source::Literal(_) | Source::Secret(_) => {}
            Source::Path(text) => self.path(text, &place::key(at, "path"), scope),
            Source::Template(text) => self.template(text, &place::key(at, "template"), scope),
            Source::Object(fields) => self.fields(fields, &place::key(at, "object"), scope),
            Source::List(items) => {
                let at = place::key(at, "list");
                for (i, m) in items.iter().enumerate() {
                    self.mapping(m, &place::item(&at, i), scope);
                }
            }
        }
        self.transforms(m, at);
    }

    pub fn fields(&mut self, fields: &Fields, at: &str, scope: &Scope<'_>) {
        for (key, m) in fields {
            self.mapping(m, &place::key(at, key), scope);
        }
    }

    fn path(&mut self, text: &str, at: &str, scope: &Scope<'_>) {
        match Path::parse(text) {
            Ok(path) => self.used(&Used(path.lead().to_vec()), at, scope),
            Err(f) => self.say(f.at(at)),
        }
    }

    /// A template that tells events apart; blank means that it is not used.
    pub fn event_key(&mut self, text: &str, at: &str, scope: &Scope<'_>) {
        self.template(text, at, scope);
        let fixed = Template::parse(text, Escape::None).is_ok_and(|t| t.constant().is_some());
        if fixed && !text.is_empty() {
            self.say(fault::constant_key(at));
        }
    }

    pub fn template(&mut self, text: &str, at: &str, scope: &Scope<'_>) {
        // Which escaping a field has makes no difference to what is read.
        match Template::parse(text, Escape::None) {
            Ok(template) => {
                for used in template.references() {
                    self.used(used, at, scope);
                }
                for name in template.names_below_items() {
                    if scope.roots.contains(&&**name) {
                        self.say(fault::below_item(at, name));
                    }
                }
            }
            Err(f) => self.say(f.at(at)),
        }
    }

    fn transforms(&mut self, m: &Mapping, at: &str) {
        let at = place::key(at, "transforms");
        let mut shape = shape::of_source(&m.source);
        for (i, t) in m.transforms.iter().enumerate() {
            let at = place::item(&at, i);
            self.transform(t, &at);
            shape = shape::after(shape, &t.function).unwrap_or_else(|()| {
                self.say(fault::list_into_transform(&at, &t.function));
                shape::Shape::Open
            });
        }
    }

    fn transform(&mut self, t: &Transform, at: &str) {
        let Some(function) = functions::get(&t.function) else {
            let known = functions::all().iter().map(|f| f.name);
            self.say(fault::unknown_transform(at, &t.function, known));
            return;
        };
        for text in functions::check_args(function, &t.args) {
            self.say(fault::bad_arguments(at, text));
        }
    }
}
