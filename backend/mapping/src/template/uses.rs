//! What a template reads: the paths below the context, and the names below items of its loops.

use super::node::{Call, Expr, Names, Node};
use crate::path::Segment;
use crate::reference::{Base, Reference, Used};

/// What a template reads.
#[derive(Debug, Default)]
pub struct Uses {
    /// Paths from the top of the context, each once.
    pub paths: Vec<Used>,
    /// First names of the paths that start at an item of `each` or at the value of `with`.
    pub below_items: Vec<Box<str>>,
}

/// Collects what the nodes read.
pub fn collect(nodes: &[Node]) -> Uses {
    let mut c = Collector { uses: Uses::default(), blocks: Vec::new() };
    c.nodes(nodes);
    c.uses
}

struct Collector<'n> {
    uses: Uses,
    /// Open `each` and `with` blocks with their parameters.
    blocks: Vec<&'n Names>,
}

impl<'n> Collector<'n> {
    fn nodes(&mut self, nodes: &'n [Node]) {
        for node in nodes {
            match node {
                Node::Text(_) => {}
                Node::Print { expr, .. } => self.expr(expr),
                Node::If { arms, otherwise } => {
                    for (test, body) in arms {
                        self.expr(&test.expr);
                        self.nodes(body);
                    }
                    self.nodes(otherwise);
                }
                Node::Each { list: subject, names, body, empty: otherwise }
                | Node::With { subject, names, body, otherwise } => {
                    self.expr(subject);
                    self.blocks.push(names);
                    self.nodes(body);
                    self.blocks.pop();
                    self.nodes(otherwise);
                }
            }
        }
    }

    fn expr(&mut self, expr: &'n Expr) {
        match expr {
            Expr::Literal(_) => {}
            Expr::Path(reference) => self.reference(reference),
            Expr::Call(call) => {
                let Call { positions, named, .. } = &**call;
                positions.iter().chain(named.iter().map(|(_, e)| e)).for_each(|e| self.expr(e));
            }
        }
    }

    fn reference(&mut self, r: &Reference) {
        let depth = self.blocks.len();
        let level = match r.base {
            Base::Local(..) => return,
            Base::Root => 0,
            Base::Up(n) => depth.saturating_sub(n),
            Base::Name if self.is_parameter(&r.segments) => return,
            Base::This | Base::Name => depth,
        };
        if level == 0 {
            let used = Used(r.segments.clone());
            if !self.uses.paths.contains(&used) {
                self.uses.paths.push(used);
            }
        } else if let Some(Segment::Name(n)) = r.segments.first()
            && !self.uses.below_items.contains(n)
        {
            self.uses.below_items.push(n.clone());
        }
    }

    fn is_parameter(&self, segments: &[Segment]) -> bool {
        let Some(Segment::Name(first)) = segments.first() else {
            return false;
        };
        self.blocks
            .iter()
            .any(|n| n.value.as_ref() == Some(first) || n.place.as_ref() == Some(first))
    }
}
