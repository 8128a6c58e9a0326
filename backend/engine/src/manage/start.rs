//! Starting a flow by hand, with data or with the rows of a table, and seeing when a flow starts
//! by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::delivery::EventState;
use domain::field::{FieldSpec, FieldType};
use domain::flow::catalogue::Source;
use domain::ids::{EventId, FlowId, ImportId, RunId};
use domain::problem::nearest;
use domain::{Code, Lang, Text, Time, limits};
use mapping::Env;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{ImportRow, NewImport};
use uuid::Uuid;

use super::{Error, Manage};
use crate::cache::{self, LiveFlow};
use crate::intake::{self, Made};
use crate::triggers::csv::{self, Fault, Table};
use crate::triggers::schedule::Rules;
use crate::triggers::settings::Settings;

/// What a start made.
#[derive(Clone, Debug, Serialize)]
pub struct Started {
    pub event: EventId,
    pub state: EventState,
    /// Why it has no run.
    pub reason: Option<&'static str>,
    pub run: Option<RunId>,
}

/// A table of which each row is to start the flow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sheet {
    pub csv: String,
    /// Columns and the fields that they fill; by their names where it is empty.
    pub map: BTreeMap<String, String>,
    /// Rows with faults are left out; otherwise one is enough to start nothing.
    pub skip_faulty: bool,
    /// Rows a second.
    pub rate: Option<u32>,
}

/// What the rows of a table would start.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// Rows that can start.
    pub rows: usize,
    /// The first of them as their events would be.
    pub sample: Vec<Value>,
    /// Rows with faults.
    pub faulty: usize,
    /// The first faults.
    pub faults: Vec<Fault>,
    /// Columns that fill no field.
    pub unused: Vec<String>,
}

/// When a flow starts by itself.
#[derive(Clone, Debug, Serialize)]
pub struct Upcoming {
    pub source: Source,
    /// The next times of a schedule; of a poll the next one.
    pub times: Vec<Time>,
    /// What came of the last time.
    pub last: Value,
}

impl Manage {
    /// Starts a flow with data: one event.
    pub async fn start(&self, id: FlowId, data: Value) -> Result<Started, Error> {
        let (live, fields) = self.startable(id).await?;
        let data = fitted(data, &fields, &live.timezone)?;
        if data.to_string().len() > live.max_body {
            let most = live.max_body;
            return Err(Error::bad(
                format!("the data is larger than {most} bytes"),
                format!("данные больше {most} байт"),
            ));
        }
        let now = self.db.now();
        let event = EventId::new(now);
        let made = Made { id: event, method: "MANUAL", body: data, key: None, filtered: None };
        let ingest = intake::made(&live, made, now);
        let e = ingest.events.first();
        let started = Started {
            event,
            state: e.map_or(EventState::Held, |e| e.state),
            reason: e.and_then(|e| e.reason),
            run: e.and_then(|e| e.run.as_ref()).map(|r| r.id),
        };
        self.db.ingest(ingest).await?;
        Ok(started)
    }

    /// What the rows of a table would start; nothing is.
    pub async fn try_rows(&self, id: FlowId, sheet: &Sheet) -> Result<Trial, Error> {
        let (live, fields) = self.startable(id).await?;
        Ok(mapped(sheet, &fields, &live)?.0)
    }

    /// Stores the rows of a table; they start one after another at their rate, also after a
    /// restart.
    pub async fn start_rows(&self, id: FlowId, sheet: &Sheet) -> Result<(ImportRow, Trial), Error> {
        let (live, fields) = self.startable(id).await?;
        let (trial, rows) = mapped(sheet, &fields, &live)?;
        if trial.faulty > 0 && !sheet.skip_faulty {
            let first =
                |lang| trial.faults.first().map(|f| f.message.get(lang)).unwrap_or_default();
            let (n, row) = (trial.faulty, trial.faults.first().map_or(0, |f| f.line));
            return Err(Error::bad(
                format!(
                    "{n} row(s) have faults, so nothing was started; line {row}: {} (see all with \
                     --dry-run, leave them out with --skip-faulty)",
                    first(Lang::En)
                ),
                format!(
                    "в строках есть ошибки ({n}), поэтому ничего не запущено; строка {row}: {}",
                    first(Lang::Ru)
                ),
            ));
        }
        if rows.is_empty() {
            return Err(Error::bad("there is no row to start", "нет ни одной строки для запуска"));
        }
        let rate = sheet.rate.unwrap_or(limits::IMPORT_RATE);
        if rate == 0 || rate > limits::IMPORT_RATE_MAX {
            let most = limits::IMPORT_RATE_MAX;
            return Err(Error::bad(
                format!("the rate is 1 to {most} rows a second"),
                format!("скорость: от 1 до {most} строк в секунду"),
            ));
        }
        let import = ImportId::new(self.db.now());
        let new = NewImport { id: import, workspace: self.workspace, flow: id, rows, rate };
        self.db.create_import(new).await?;
        let row = self.imports(id).await?.into_iter().find(|i| i.id == import);
        Ok((row.ok_or_else(|| Error::missing("import", import))?, trial))
    }

    /// The imports of a flow, newest first.
    pub async fn imports(&self, id: FlowId) -> Result<Vec<ImportRow>, Error> {
        self.flow_row(id).await?;
        Ok(self.db.imports(self.workspace, id).await?)
    }

    /// Ends an import; rows that were not started stay so.
    pub async fn stop_import(&self, id: ImportId) -> Result<(), Error> {
        match self.db.stop_import(self.workspace, id).await {
            Err(store::Error::NotFound) => Err(Error::missing("import", id)),
            Err(store::Error::Changed) => {
                Err(Error::conflict("the import has ended", "импорт уже закончен"))
            }
            other => Ok(other?),
        }
    }

    /// When a flow starts by itself: the published version, or the draft of one that has none.
    pub async fn upcoming(&self, id: FlowId) -> Result<Upcoming, Error> {
        let row = self.flow_row(id).await?;
        let text = row.published.as_ref().unwrap_or(&row.draft);
        let flow = match cache::read(text) {
            Ok(flow) => flow,
            Err(cache::CacheError::Invalid(problems)) => return Err(Error::Problems(problems)),
            Err(cache::CacheError::Store(e)) => return Err(e.into()),
        };
        let source = cache::source(&flow, &self.registry).unwrap_or(Source::Webhook);
        let state = self.db.trigger(id).await?;
        let due = state.as_ref().and_then(|t| t.next_due);
        let times = match source {
            Source::Schedule => {
                let rules = Rules::of(&Settings::of(&flow));
                let now = self.db.now();
                rules.map(|r| r.schedule.upcoming(now, limits::SCHEDULE_SHOWN)).unwrap_or_default()
            }
            _ => due.into_iter().collect(),
        };
        Ok(Upcoming { source, times, last: state.map_or(Value::Null, |t| t.status) })
    }

    /// A published flow that is started by hand, and the fields that it asks for.
    async fn startable(&self, id: FlowId) -> Result<(Arc<LiveFlow>, Vec<FieldSpec>), Error> {
        let row = self.flow_row(id).await?;
        if row.version == 0 {
            return Err(Error::conflict(
                "the flow was never published; publish it before starting it",
                "сценарий ещё не опубликован; сначала опубликуйте его",
            ));
        }
        let cache = self.cache();
        let live = match cache.by_id(self.workspace, id).await {
            Ok(Some(live)) => live,
            Ok(None) => return Err(Error::missing("flow", id)),
            Err(cache::CacheError::Store(e)) => return Err(e.into()),
            Err(cache::CacheError::Invalid(problems)) => return Err(Error::Problems(problems)),
        };
        if live.source != Source::Manual {
            let source = live.source.as_str();
            return Err(Error::conflict(
                format!("the flow is not started by hand: its trigger is a {source}"),
                "этот сценарий не запускают вручную: у него другой триггер",
            ));
        }
        let flow = row.published.as_deref().map(cache::read);
        let fields = match flow {
            Some(Ok(flow)) => asked(&Settings::of(&flow)),
            _ => Vec::new(),
        };
        Ok((live, fields))
    }
}

/// The fields that a manual start asks for; none means any data.
fn asked(settings: &Settings) -> Vec<FieldSpec> {
    let fields = settings.input.get("fields").and_then(Value::as_array);
    fields.into_iter().flatten().filter_map(field).collect()
}

fn field(v: &Value) -> Option<FieldSpec> {
    let key = v["key"].as_str()?;
    let label = v["label"].as_str().filter(|l| !l.is_empty()).unwrap_or(key);
    Some(FieldSpec {
        key: key.to_owned(),
        kind: FieldType::deserialize(&v["type"]).unwrap_or_default(),
        label: Text::new(label, label),
        required: v["required"] == true || v["required"] == "true",
        default: v.get("default").filter(|d| !d.is_null()).cloned(),
        mappable: true,
        ..FieldSpec::default()
    })
}

/// Data as the fields say; any data where there are none.
fn fitted(data: Value, fields: &[FieldSpec], timezone: &str) -> Result<Value, Error> {
    if fields.is_empty() {
        return Ok(data);
    }
    let spec =
        FieldSpec { kind: FieldType::Object, fields: fields.to_vec(), ..FieldSpec::default() };
    // Nothing given is an object without fields.
    let data = if data.is_null() { Value::Object(Map::new()) } else { data };
    let problems = mapping::check::value(&data, &spec, timezone, "data");
    if !problems.is_empty() {
        return Err(Error::Problems(problems));
    }
    let env = Env { now: Time(0), timezone, uuid: &Uuid::nil };
    mapping::coerce::coerce(data, &spec, &env).map_err(|e| {
        let said = e.text().map(|t| format!("data: {t}"));
        Error::refusal(Code::BadRequest, said)
    })
}

/// The rows of a table as events, and what is wrong with the others.
fn mapped(
    sheet: &Sheet,
    fields: &[FieldSpec],
    live: &LiveFlow,
) -> Result<(Trial, Vec<Value>), Error> {
    if sheet.csv.len() > limits::IMPORT_BYTES {
        let most = limits::IMPORT_BYTES;
        return Err(Error::bad(
            format!("the file is larger than {most} bytes"),
            format!("файл больше {most} байт"),
        ));
    }
    let table = csv::read(&sheet.csv).map_err(|f| {
        Error::bad(
            format!("line {}: {}", f.line, f.message.en),
            format!("строка {}: {}", f.line, f.message.ru),
        )
    })?;
    let targets = targets(&table, &sheet.map, fields)?;
    let mut wrong = table.faults.clone();
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut data = Map::new();
        for (cell, target) in row.cells.iter().zip(&targets) {
            if let Some(key) = target
                && (fields.is_empty() || !cell.trim().is_empty())
            {
                data.insert(key.clone(), cell.as_str().into());
            }
        }
        match fitted(Value::Object(data), fields, &live.timezone) {
            Ok(data) if data.to_string().len() > live.max_body => {
                let most = live.max_body;
                wrong.push(Fault::new(
                    row.line,
                    format!("the row is larger than {most} bytes"),
                    format!("строка больше {most} байт"),
                ));
            }
            Ok(data) => rows.push(data),
            Err(e) => wrong.extend(faults(row.line, e, &table.header, &targets)),
        }
    }
    wrong.sort_by_key(|f| f.line);
    let faulty = wrong.chunk_by(|a, b| a.line == b.line).count();
    wrong.truncate(limits::IMPORT_FAULTS);
    let unused = table.header.iter().zip(&targets).filter(|(_, t)| t.is_none());
    let trial = Trial {
        rows: rows.len(),
        sample: rows.iter().take(limits::IMPORT_SHOWN).cloned().collect(),
        faulty,
        faults: wrong,
        unused: unused.map(|(name, _)| name.clone()).collect(),
    };
    Ok((trial, rows))
}

/// What is wrong with a row, each fault with the column that it is in.
fn faults(line: usize, e: Error, header: &[String], targets: &[Option<String>]) -> Vec<Fault> {
    let Error::Problems(problems) = e else {
        let code = e.code();
        let words = || Text::new(code.says(Lang::En), code.says(Lang::Ru));
        let text = e.text().unwrap_or_else(words);
        return vec![Fault { line, column: None, message: text }];
    };
    problems
        .iter()
        .map(|p| {
            let place = p.place.trim_start_matches("data.");
            let field = place.split(['.', '[']).next().unwrap_or_default();
            let at = targets.iter().position(|t| t.as_deref() == Some(field));
            let message = &p.message;
            Fault {
                line,
                column: at.and_then(|i| header.get(i)).cloned(),
                message: Text::new(
                    format!("{place}: {}", message.en),
                    format!("{place}: {}", message.ru),
                ),
            }
        })
        .collect()
}

/// The field that each column fills.
fn targets(
    table: &Table,
    map: &BTreeMap<String, String>,
    fields: &[FieldSpec],
) -> Result<Vec<Option<String>>, Error> {
    let unknown = |(en, ru): (&str, &str), got: &str, known: &mut dyn Iterator<Item = &str>| {
        let known: Vec<&str> = known.collect();
        let near = nearest(got, known.iter().copied());
        let hint = near.map(|n| format!(", did you mean \"{n}\"?")).unwrap_or_default();
        let hint_ru = near.map(|n| format!("; может быть, «{n}»?")).unwrap_or_default();
        Error::bad(
            format!("there is no {en} \"{got}\"{hint}"),
            format!("нет {ru} «{got}»{hint_ru}"),
        )
    };
    for (column, field) in map {
        if !table.header.contains(column) {
            return Err(unknown(
                ("column", "столбца"),
                column,
                &mut table.header.iter().map(String::as_str),
            ));
        }
        if !fields.is_empty() && !fields.iter().any(|f| f.key == *field) {
            return Err(unknown(
                ("field", "поля"),
                field,
                &mut fields.iter().map(|f| f.key.as_str()),
            ));
        }
    }
    let own = |column: &String| {
        if !map.is_empty() {
            return map.get(column).cloned();
        }
        if fields.is_empty() {
            return Some(column.clone());
        }
        let name = column.to_lowercase();
        let named =
            |f: &&FieldSpec| f.key.to_lowercase() == name || f.label.en.to_lowercase() == name;
        fields.iter().find(named).map(|f| f.key.clone())
    };
    Ok(table.header.iter().map(own).collect())
}
