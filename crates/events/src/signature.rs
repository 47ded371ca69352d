//! Signatures as Standard Webhooks defines them (standardwebhooks.com, specification 1.0).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header `webhook-signature` of a message: `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.
/// `timestamp` is the time of sending in Unix seconds.
pub fn sign(secret: &[u8], id: u64, timestamp: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_openssl_computes() {
        // printf '7.1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret-of-24-bytes-long! -binary | base64
        let signed = sign(b"secret-of-24-bytes-long!", 7, 1_700_000_000, br#"{"a":1}"#);
        assert_eq!(signed, "v1,18L9BEzAq05+//er/7B7AIEY2hW1VICpv38jnb/jr6U=");
    }
}
