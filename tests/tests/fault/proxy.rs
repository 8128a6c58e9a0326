//! A TCP proxy before PostgreSQL that cuts connections at the worst moments. It knows nothing of
//! the protocol but what a COMMIT looks like.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::load::Moments;

/// A COMMIT in a simple query: its text ends with a zero byte.
const COMMIT: &[u8] = b"COMMIT\0";

/// What is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Nothing,
    /// One COMMIT of so many: it is carried out, and its answer is thrown away.
    AnswerOfCommit(u64),
    /// One COMMIT of so many, before the server gets it.
    Commit(u64),
    /// So many of a hundred messages of the client, before or after the server got them.
    Percent(u64),
}

/// See the module. It ends when dropped.
pub struct Proxy {
    pub addr: SocketAddr,
    rules: Arc<Rules>,
    _serving: JoinSet<()>,
}

struct Rules {
    to: SocketAddr,
    state: Mutex<(Cut, Moments)>,
    cuts: AtomicU64,
}

enum Judgement {
    Pass,
    Drop,
    DropAnswer,
}

impl Proxy {
    /// Starts before the server at `to`.
    pub async fn start(to: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("its address");
        let state = Mutex::new((Cut::Nothing, Moments::new(23)));
        let rules = Arc::new(Rules { to, state, cuts: AtomicU64::new(0) });
        let mut serving = JoinSet::new();
        let each = rules.clone();
        serving.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let rules = each.clone();
                open.spawn(async move { drop(carry(client, &rules).await) });
                while open.try_join_next().is_some() {}
            }
        });
        Proxy { addr, rules, _serving: serving }
    }

    /// Cuts this from now on.
    pub fn cut(&self, cut: Cut) {
        self.rules.state.lock().unwrap_or_else(PoisonError::into_inner).0 = cut;
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> u64 {
        self.rules.cuts.load(Ordering::Relaxed)
    }
}

impl Rules {
    fn judge(&self, message: &[u8]) -> Judgement {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (cut, moments) = &mut *state;
        let commit = message.windows(COMMIT.len()).any(|w| w == COMMIT);
        let judged = match *cut {
            Cut::AnswerOfCommit(of) if commit && moments.roll(of) == 0 => Judgement::DropAnswer,
            Cut::Commit(of) if commit && moments.roll(of) == 0 => Judgement::Drop,
            Cut::Percent(n) if moments.roll(100) < n => match moments.roll(2) {
                0 => Judgement::Drop,
                _ => Judgement::DropAnswer,
            },
            _ => Judgement::Pass,
        };
        if !matches!(judged, Judgement::Pass) {
            self.cuts.fetch_add(1, Ordering::Relaxed);
        }
        judged
    }
}

/// Carries bytes both ways until an end closes or the connection is cut.
async fn carry(mut client: TcpStream, rules: &Rules) -> io::Result<()> {
    let mut server = TcpStream::connect(rules.to).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    loop {
        tokio::select! {
            n = client.read(&mut asked) => {
                let message = &asked[..n?];
                if message.is_empty() {
                    return Ok(());
                }
                match rules.judge(message) {
                    Judgement::Drop => return Ok(()),
                    Judgement::Pass => server.write_all(message).await?,
                    Judgement::DropAnswer => {
                        server.write_all(message).await?;
                        // Its first byte says that the server has done it.
                        server.read_u8().await?;
                        return Ok(());
                    }
                }
            }
            n = server.read(&mut answered) => {
                let n = n?;
                if n == 0 {
                    return Ok(());
                }
                client.write_all(&answered[..n]).await?;
            }
        }
    }
}
