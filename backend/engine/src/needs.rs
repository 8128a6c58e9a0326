//! What of a delivery a flow reads, so that only that is put into the context of its mappings.

use connect::inbound::Needs;
use mapping::Used;

use crate::program::{DelayNode, Kind, Program};

/// Adds the parts of `trigger` among what a mapping reads.
pub fn note(needs: &mut Needs, used: &[Used]) {
    for u in used {
        match u.root() {
            Some("trigger") => needs.add(u.name(1).unwrap_or_default()),
            Some(_) => {}
            // The whole context.
            None => needs.add(""),
        }
    }
}

/// Both together.
pub fn join(a: Needs, b: Needs) -> Needs {
    Needs {
        body: a.body || b.body,
        data: a.data || b.data,
        raw: a.raw || b.raw,
        form: a.form || b.form,
        query: a.query || b.query,
        headers: a.headers || b.headers,
    }
}

/// What the steps of a program read.
pub fn of(program: &Program) -> Needs {
    let mut needs = Needs::default();
    program.each(&mut |node| match &node.kind {
        Kind::Action(a) if a.enrich.is_some() => {
            for name in ["body", "data", "headers", "query"] {
                needs.add(name);
            }
        }
        Kind::Action(a) => note(&mut needs, &a.inputs.references()),
        Kind::Branch(b) => {
            for c in b.arms.iter().filter_map(|a| a.when.as_ref()) {
                note(&mut needs, &c.references());
            }
        }
        Kind::Delay(DelayNode::Until(m)) => note(&mut needs, &m.references()),
        Kind::Set(vars) => vars.iter().for_each(|(_, m)| note(&mut needs, &m.references())),
        Kind::Filter(c) => note(&mut needs, &c.references()),
        Kind::Respond(r) => r.note(&mut needs),
        Kind::ForEach(l) => note(&mut needs, &l.list.references()),
        Kind::Delay(DelayNode::For(_)) | Kind::Unsupported(_) => {}
    });
    if let Some(reply) = &program.reply {
        reply.note(&mut needs);
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::field::Escape;
    use mapping::Template;

    fn of_template(text: &str) -> Needs {
        let mut needs = Needs::default();
        note(&mut needs, Template::parse(text, Escape::None).unwrap().references());
        needs
    }

    #[test]
    fn only_what_is_named_is_needed() {
        let body = Needs { body: true, ..Needs::default() };
        assert_eq!(of_template("{{trigger.body.Name}}"), body);
        assert_eq!(
            of_template("{{trigger.headers.[x-id]}}"),
            Needs { headers: true, ..Needs::default() }
        );
        assert_eq!(of_template("{{json trigger}}"), Needs::ALL);
        assert_eq!(of_template("{{steps.a.output}} {{trigger.method}}"), Needs::default());
    }
}
