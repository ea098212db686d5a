//! Requests and answers, and a check that every answer is one that the document names.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt;
use xunfang_protocol::ErrorBody;

/// The document of the API.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&xunfang_server::openapi_json().unwrap()).unwrap());

/// A way to the server.
#[derive(Clone)]
pub enum Wire {
    /// Inside the process.
    Inside(Router),
    /// Over a real connection, to this address.
    Outside(String, Box<Client<HttpConnector, Body>>),
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Wire {
    pub fn to(address: impl std::fmt::Display) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self::Outside(format!("http://{address}"), Box::new(client))
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// Sends where the connection may break.
    pub async fn try_send(&self, request: Request<Body>) -> anyhow::Result<Answer> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = match self {
            Self::Inside(router) => router.clone().oneshot(request).await?,
            Self::Outside(base, client) => {
                let mut request = request;
                *request.uri_mut() = format!("{base}{}", request.uri()).parse().unwrap();
                client.request(request).await?.map(Body::new)
            }
        };
        let (head, body) = response.into_parts();
        let body = body.collect().await?.to_bytes().to_vec();
        let answer = Answer {
            status: head.status,
            headers: head.headers,
            body,
        };
        assert_documented(&method, &path, &answer);
        Ok(answer)
    }
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {self:?}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Expects a success and reads it.
    pub fn ok<T: DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }

    /// Expects a refusal and returns its status and code.
    pub fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.json::<ErrorBody>().code)
    }

    pub fn details(&self) -> Value {
        self.json::<ErrorBody>().details.unwrap()
    }
}

/// Finds the document's template for a path, like `/api/v1/findings/{id}`.
fn template(path: &str) -> Option<&'static str> {
    let matches = |template: &str| {
        let (left, right) = (template.split('/'), path.split('/'));
        left.clone().count() == right.clone().count()
            && left
                .zip(right)
                .all(|(part, given)| part.starts_with('{') || part == given)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths
        .keys()
        .map(String::as_str)
        .find(|template| matches(template))
}

fn assert_documented(method: &Method, path: &str, answer: &Answer) {
    let Some(template) = template(path) else {
        return;
    };
    let operation = &DOCUMENT["paths"][template][method.as_str().to_lowercase()];
    if operation.is_null() {
        assert_eq!(
            answer.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{method} {template}"
        );
        return;
    }
    let responses = operation["responses"].as_object().unwrap();
    let status = answer.status.as_str();
    assert!(
        responses.contains_key(status),
        "{method} {template} does not name {status}"
    );
    if !answer.status.is_success() && method != Method::HEAD {
        let body: ErrorBody = answer.json();
        assert!(
            !body.code.is_empty() && !body.message.is_empty(),
            "{body:?}"
        );
    }
}
