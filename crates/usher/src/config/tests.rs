//! What settings accept, refuse and say; and that their document is made from their file.

use std::fmt::Write;

use super::layers::{DEFAULTS, known_keys};
use super::*;

fn set(pairs: &[(&str, &str)]) -> Result<(Config, Vec<String>), Failed> {
    let set = pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    load(&Given { set, ..Given::default() })
}

#[track_caller]
fn refused(pairs: &[(&str, &str)]) -> String {
    set(pairs).expect_err("these settings must be refused").to_string()
}

#[test]
fn the_defaults_are_those_that_scripts_rely_on() {
    let (config, notes) = set(&[]).unwrap();
    // The test script's own variables stand in the environment of its tests.
    let notes: Vec<&String> = notes.iter().filter(|note| !note.starts_with("USHER_TEST_")).collect();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.admin.listen.to_string(), "127.0.0.1:8081");
    assert_eq!((config.auth.mode, config.timezone.as_str()), (AuthMode::Token, "Asia/Seoul"));
    assert_eq!((config.hold.ttl.get(), config.hold.seats_per_user), (Duration::from_secs(300), 4));
    assert_eq!((config.store.url.as_str(), config.compat), ("sqlite", false));
    let room = config.room;
    assert_eq!((room.live_passes, room.admits_per_second, room.waiting_max), (1_000, 200, 5_000_000));
}

#[test]
fn a_key_that_is_misspelt_is_refused_with_the_right_one() {
    let says = refused(&[("hold.tll", "20s")]);
    assert_eq!(says, "`hold.tll` is no setting (from --set hold.tll); did you mean `hold.ttl`?");
    assert!(refused(&[("listn", "127.0.0.1:1")]).contains("did you mean `listen`?"));
    assert!(refused(&[("qqq.zzz", "1")]).contains("config/usher.toml lists them all"));
}

#[test]
fn a_value_that_does_not_fit_is_refused_with_its_key() {
    for (key, value, says) in [
        ("hold.ttl", "300", "hold.ttl (from --set hold.ttl)"),
        ("hold.ttl", "999ms", "hold.ttl: 999ms is not within 1s to 3600s"),
        ("hold.seats_per_user", "0", "hold.seats_per_user: 0 is not within 1 to 100000"),
        ("hold.seats_per_user", "many", "hold.seats_per_user (from --set hold.seats_per_user)"),
        ("listen", "here", "listen (from --set listen)"),
        ("timezone", "Asia/Seol", "timezone: `Asia/Seol` is no time zone"),
        ("views.memory", "64MB", "`64MB` is no size such as"),
        ("auth.mode", "closed", "auth.mode (from --set auth.mode): `closed` is none of open, token, jwt"),
    ] {
        let refused = refused(&[(key, value)]);
        assert!(refused.contains(says), "{key}={value}: {refused}");
    }
}

#[test]
fn settings_that_contradict_each_other_refuse_to_start() {
    let slow = [("server.in_flight_wait", "20s")];
    assert!(refused(&slow).contains("server.in_flight_wait is longer than server.order_timeout"));
    assert!(refused(&[("admin.listen", "127.0.0.1:8080")]).contains("choose two ports"));
    assert!(set(&[("admin.listen", "127.0.0.1:0"), ("listen", "127.0.0.1:0")]).is_ok());
    assert!(refused(&[("compat", "true")]).contains("not in this version"));
}

#[test]
fn a_flag_beats_a_set_and_a_set_beats_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usher.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:1\"\n[hold]\nttl = \"20s\"\nseats_per_user = 9\n").unwrap();
    let mut given = Given { file: Some(file), ..Given::default() };
    given.set = vec![("listen".into(), "127.0.0.1:2".into()), ("hold.ttl".into(), "30s".into())];
    given.flags = vec![("--listen", "listen", "127.0.0.1:3".into())];
    let (config, _) = load(&given).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!((config.hold.ttl.get(), config.hold.seats_per_user), (Duration::from_secs(30), 9));
}

#[test]
fn a_file_that_is_not_there_or_is_no_toml_is_refused_by_its_name() {
    let given =
        |file: PathBuf| load(&Given { file: Some(file), ..Given::default() }).unwrap_err().to_string();
    assert!(given("/nowhere/usher.toml".into()).starts_with("--config /nowhere/usher.toml: "));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.toml");
    std::fs::write(&file, "listen = ").unwrap();
    assert!(given(file.clone()).starts_with(&file.display().to_string()));
}

/// The document that the commented file says.
fn document() -> String {
    let mut text = String::from(
        "# Settings\n\n\
         Made from [config/usher.toml](../config/usher.toml), the commented file that is compiled in; a test keeps the two equal.\n\
         Order of strength: flag, environment, `--config FILE`, default. `hold.ttl` is `--set hold.ttl=120s` on the command line,\n\
         `USHER_HOLD__TTL=120s` in the environment, and `ttl = \"120s\"` under `[hold]` in a file.\n\n\
         | setting | default | what it is and what follows from it |\n|---|---|---|\n",
    );
    let (mut section, mut comment) = (String::new(), String::new());
    for line in DEFAULTS.lines() {
        if let Some(words) = line.strip_prefix("# ") {
            comment += words;
            comment.push(' ');
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{name}.");
        } else if let Some((key, value)) = line.split_once(" = ") {
            let value = value.trim_matches('"');
            writeln!(text, "| `{section}{key}` | `{value}` | {} |", comment.trim()).unwrap();
            comment.clear();
        } else if line.is_empty() {
            comment.clear();
        }
    }
    text
}

#[test]
fn the_document_says_what_the_file_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/settings.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, document()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == document(),
        "docs/settings.md is not what config/usher.toml says: run this test with BLESS=1"
    );
}

#[test]
fn every_setting_has_its_comment() {
    let document = document();
    for key in known_keys() {
        let row = document.lines().find(|line| line.starts_with(&format!("| `{key}` |")));
        let words = row.and_then(|row| row.split('|').nth(3)).unwrap_or_default();
        assert!(words.trim().len() > 20, "`{key}` is not explained");
    }
}
