use std::sync::Arc; use std::time::Instant;
use store::*; use domain::*; use domain::ids::*; use domain::delivery::*;
struct Sys(Instant);
impl Clock for Sys { fn now(&self)->Time{ Time(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64)} fn mono(&self)->Span{Span::from_micros(self.0.elapsed().as_micros() as i64)} fn timer(&self,_:Time)->domain::clock::Timer{Box::pin(std::future::pending())}}
fn main_(target: Target, dir: std::path::PathBuf, keyed: bool) {
 let rt=tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
 rt.block_on(async {
  let db=Db::open(OpenOptions{target:target.clone(),key:KeySource::File(dir.join("k")),migrate:true,clock:Arc::new(Sys(Instant::now())),lock:true}).await.unwrap();
  let node=db.join().await.unwrap();
  let ws=WorkspaceId::DEFAULT; let flow=FlowId::new(db.now());
  db.create_flow(NewFlow{id:flow,workspace:ws,name:"x".into(),draft:"{}".into(),token:domain::ids::random_text(24),secrets:Default::default()}).await.unwrap();
  for conc in [16usize,64] {
   for mode in ["ingest","both"] {
   let n = if conc==1 {500} else {8000};
   let per=n/conc; let t0=Instant::now(); let mut hs=vec![];
   for c in 0..conc { let db=db.clone(); hs.push(tokio::spawn(async move { let mut lat=vec![]; for i in 0..per {
     let at=db.now(); let run=RunId::new(at);
     let lease=Lease{run,node:node.node,epoch:node.epoch,token:1};
     let mut h=[0u8;16]; domain::ids::fill(&mut h); let _=(c,i);
     let ev=NewEvent{id:EventId::new(at),item:0,dedupe:keyed.then_some(DedupeKey{hash:h,expires:at.plus(Span::days(7))}),state:EventState::Accepted,reason:None,keyless:false,run:Some(NewRun{id:run,version:1,lease:Some(lease),unsafe_next:None,test:false})};
     let d=NewDelivery{id:DeliveryId::new(at),workspace:ws,flow,received_at:at,method:"POST".into(),path:"".into(),query:"".into(),headers:r#"[["content-type","application/json"],["user-agent","curl/8.0 something"],["x-request-id","0123456789abcdef"]]"#.into(),body:bytes::Bytes::from(vec![b'x';600]),sealed:false,remote_ip:"203.0.113.9".into(),verdict:Verdict::Accepted,reason:None,answer:Answer::text(200,"ok")};
     let l=Instant::now();
     db.ingest(Ingest{delivery:d,events:vec![ev],after:None}).await.unwrap();
     lat.push(l.elapsed().as_micros() as u64);
     if mode=="both" {
      let mut s=domain::journal::StepRow::new("send","",at); s.state=domain::journal::StepState::Done; s.output=Some(serde_json::json!({"status":200,"body":{"id":12345,"name":"abcdefgh"}}));
      let a=domain::journal::Attempt{run,step:"send".into(),item:"".into(),number:1,started_at:at,took:Span::ms(3),outcome:"done".into(),error:None,exchanges:vec![domain::journal::Exchange{request:domain::journal::LoggedRequest{method:"POST".into(),url:"http://x/y".into(),headers:vec![],body:"y".repeat(300),cut_from:None},response:None,took_us:3}]};
      let r=db.apply(Progress{lease,steps:vec![s],attempts:vec![a],next:Next::End{state:domain::run::RunState::Succeeded,step:None,error:None,finished_at:at}}).await.unwrap();
      assert_eq!(r,Applied::Applied{cancel:false});
     }
    } lat }));}
   let mut lat=vec![]; for h in hs { lat.extend(h.await.unwrap()); }
   let el=t0.elapsed(); lat.sort();
   println!("{} keyed={keyed} conc={conc} {mode}: {:.0}/s ingest p50={}us p99={}us", if db.is_sqlite(){"sqlite"}else{"pg"}, lat.len() as f64/el.as_secs_f64(), lat[lat.len()/2], lat[lat.len()*99/100]);
  }}
  db.close().await;
 });
}
#[test] fn lite(){ let d=tempfile::tempdir_in("/work/tgt").unwrap(); main_(Target::Sqlite{data_dir:d.path().into()},d.path().into(),true); println!("{}",std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l|l.starts_with("VmRSS")).collect::<String>()); for e in std::fs::read_dir(d.path()).unwrap(){let e=e.unwrap();println!("{:?} {}",e.file_name(),e.metadata().unwrap().len());} }
#[test] fn pg(){ let d=tempfile::tempdir_in("/work/tgt").unwrap(); main_(Target::Postgres{url:Secret::new("postgres://postgres@127.0.0.1:54871/bench")},d.path().into(),true); }
