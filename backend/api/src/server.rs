//! The listener: bounded connections, a bounded and timed request head, and an orderly end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use domain::limits;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// Serves until `stop`; then takes no connection, lets open requests be answered, and returns.
///
/// # Errors
/// If the listener itself fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    serve_with(listener, router, stop, |stream| std::future::ready(Some(stream))).await
}

/// The same for connections that begin with a greeting of their own, such as that of TLS; one that
/// gives nothing is over.
///
/// # Errors
/// If the listener itself fails.
pub async fn serve_with<S, G, F>(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    greet: G,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    G: Fn(TcpStream) -> F,
    F: Future<Output = Option<S>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let open = TaskTracker::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            break;
        };
        let (stream, from) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(a) => a,
                Err(e) if fatal(&e) => return Err(e),
                // Out of file descriptors, or the peer has gone: the next one may work.
                Err(e) => {
                    tracing::warn!(error = %e, "a connection was not accepted");
                    tokio::task::yield_now().await;
                    continue;
                }
            },
        };
        // Answers are small: without this each would wait for the peer's acknowledgement.
        let _ = stream.set_nodelay(true);
        let greeted = greet(stream);
        let (router, stop) = (router.clone(), stop.clone());
        open.spawn(async move {
            if let Some(stream) = greeted.await {
                connection(stream, from, router, stop).await;
            }
            drop(place);
        });
    }
    open.close();
    open.wait().await;
    Ok(())
}

fn fatal(e: &io::Error) -> bool {
    matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotConnected)
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    from: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(from));
            Ok::<_, Infallible>(
                router.oneshot(request).await.unwrap_or_else(|never| match never {}),
            )
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits::HEAD_TIMEOUT.std())
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEADERS)
        .pipeline_flush(true);
    let mut serving = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut stopping = false;
    loop {
        tokio::select! {
            ended = serving.as_mut() => {
                if let Err(e) = ended {
                    tracing::debug!(error = %e, remote.ip = %from.ip(), "a connection ended early");
                }
                break;
            }
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}
