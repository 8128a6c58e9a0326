//! Lines of the log with the flow, run and step that the task worked on: `flow.id`, `run.id` and
//! `step`, in JSON beside the level, in text at the end.

use std::fmt::{self, Write};

use engine::whereabouts::{self, Here};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// A form of lines, and how names are added to it.
pub enum Named<F> {
    Json(F),
    Text(F),
}

impl<S, N, F> FormatEvent<S, N> for Named<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (Named::Json(form) | Named::Text(form)) = self;
        let Some(here) = whereabouts::here() else {
            return form.format_event(context, writer, event);
        };
        let mut line = String::new();
        form.format_event(context, Writer::new(&mut line), event)?;
        let line = match self {
            Named::Json(_) => in_json(&line, &here),
            Named::Text(_) => in_text(&line, &here),
        };
        writer.write_str(&line)
    }
}

fn names(here: &Here) -> impl Iterator<Item = (&'static str, String)> {
    let step = (!here.step.is_empty()).then(|| here.step.clone());
    let all = [
        ("flow.id", here.flow.map(|f| f.to_string())),
        ("run.id", here.run.map(|r| r.to_string())),
        ("step", step),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

/// The line of an object, with the names before its other members.
fn in_json(line: &str, here: &Here) -> String {
    let Some(rest) = line.strip_prefix('{') else { return line.to_owned() };
    let named = names(here).map(|(n, v)| format!("\"{n}\":{},", serde_json::Value::from(v)));
    named.fold("{".to_owned(), |all, one| all + &one) + rest
}

fn in_text(line: &str, here: &Here) -> String {
    let mut out = line.trim_end_matches('\n').to_owned();
    for (name, value) in names(here) {
        // A line may say by itself which run it means.
        if !line.contains(&format!("{name}={value}")) {
            let _ = write!(out, " {name}={value}");
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use domain::Time;
    use domain::ids::{FlowId, RunId};

    use super::*;

    #[test]
    fn lines_of_both_forms_name_what_they_are_about() {
        let (flow, run) = (FlowId::new(Time(1)), RunId::new(Time(1)));
        let here = Here { flow: Some(flow), run: Some(run), step: "a \"b\"".into() };
        let json = in_json("{\"level\":\"WARN\"}\n", &here);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["step"], "a \"b\"");
        assert_eq!((&read["run.id"], &read["level"]), (&run.to_string().into(), &"WARN".into()));
        assert!(json.ends_with("}\n"));
        let text = in_text(&format!("WARN lost run.id={run}\n"), &here);
        assert_eq!(text, format!("WARN lost run.id={run} flow.id={flow} step=a \"b\"\n"));
        let bare = Here { flow: Some(flow), run: None, step: String::new() };
        assert_eq!(in_text("x\n", &bare), format!("x flow.id={flow}\n"));
    }
}
