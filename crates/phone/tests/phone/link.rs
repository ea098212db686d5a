//! A link to the server that can be broken in every way a network and a server break.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is wrong.
    None,
    /// The connection is closed at once.
    Closed,
    /// Nobody ever answers.
    Silent,
    /// The answer begins and the connection is closed in the middle of its body.
    CutMidBody,
    /// The answer is a 500 in a proxy's words.
    InternalError,
    /// The answer is a success that holds no JSON.
    InvalidJson,
    /// The answer is a success with JSON of another program.
    OtherJson,
    /// The answer is that the session has ended, and it comes when the link changes.
    LateRefusal,
}

/// The link. Changing the fault cuts the connections that are open.
pub(crate) struct Link {
    address: SocketAddr,
    fault: watch::Sender<Fault>,
    /// Requests that wait for a late answer.
    held: watch::Sender<u32>,
}

impl Link {
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (fault, seen) = watch::channel(Fault::None);
        let held = watch::Sender::new(0);
        let holding = held.clone();
        tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                tokio::spawn(carry(phone, server, seen.clone(), holding.clone()));
            }
        });
        Self {
            address,
            fault,
            held,
        }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Waits until a request waits for a late answer.
    pub(crate) async fn holds_a_request(&self) {
        let mut held = self.held.subscribe();
        held.wait_for(|count| *count > 0).await.unwrap();
    }
}

async fn carry(
    mut phone: TcpStream,
    server: SocketAddr,
    mut seen: watch::Receiver<Fault>,
    held: watch::Sender<u32>,
) {
    let fault = *seen.borrow_and_update();
    let answer = |status: &str, body: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    if fault == Fault::LateRefusal {
        let mut request = [0; 4_096];
        if phone.read(&mut request).await.is_ok() {
            held.send_modify(|count| *count += 1);
            drop(seen.changed().await);
            let refusal = answer("401 Unauthorized", "{}", 2);
            drop(phone.write_all(refusal.as_bytes()).await);
        }
        return;
    }
    let work = async {
        let text = match fault {
            Fault::None => {
                if let Ok(mut server) = TcpStream::connect(server).await {
                    // An end of either side ends the other; there is nothing else to do with it.
                    drop(copy_bidirectional(&mut phone, &mut server).await);
                }
                return;
            }
            Fault::Closed => return,
            Fault::Silent | Fault::LateRefusal => std::future::pending().await,
            Fault::CutMidBody => answer("200 OK", "{\"epoch\": \"0", 4_096),
            Fault::InternalError => answer("500 Oops", "<h1>Oops</h1>", 13),
            Fault::InvalidJson => answer("200 OK", "not json at all", 15),
            Fault::OtherJson => answer("200 OK", "{\"hello\": 1}", 12),
        };
        let mut request = [0; 4_096];
        if phone.read(&mut request).await.is_ok() {
            drop(phone.write_all(text.as_bytes()).await);
        }
    };
    tokio::select! {
        () = work => {}
        _ = seen.changed() => {}
    }
}
