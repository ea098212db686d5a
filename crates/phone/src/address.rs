//! The server's address, checked before anything is sent to it.

use reqwest::Url;

use crate::{CommandError, ErrorCode};

/// Reads an address a person typed. Passwords and photos travel encrypted, except to this very
/// machine, which is how the product is tried out.
pub(crate) fn parse(text: &str) -> Result<Url, CommandError> {
    let refuse = |message: &str| CommandError::new(ErrorCode::BadServerAddress, message);
    let trimmed = text.trim().trim_end_matches('/');
    let url = Url::parse(trimmed).map_err(|_| refuse("the address does not parse"))?;
    let loopback = match url.host() {
        Some(reqwest_host) => {
            let host = reqwest_host.to_string();
            host == "localhost" || host == "[::1]" || host.starts_with("127.")
        }
        None => return Err(refuse("the address names no host")),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err(refuse(
            "an unencrypted address is taken for this machine only",
        )),
        _ => Err(refuse("the address is neither https nor http")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_addresses_and_this_machine_are_taken() {
        for good in [
            "https://xunfang.example.cn",
            " http://127.0.0.1:8700/ ",
            "http://localhost:1",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "xunfang",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "http://",
            "127.0.0.1:8700",
        ] {
            assert_eq!(
                parse(bad).unwrap_err().code,
                ErrorCode::BadServerAddress,
                "{bad}"
            );
        }
    }
}
