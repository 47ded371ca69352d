//! What the command line promises to scripts: exit statuses, streams, help, and the order of settings.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

mod process;

use process::{command, run, text, usher};

#[test]
fn every_command_explains_itself_on_stdout() {
    for arguments in [
        &["--help"][..],
        &["serve", "--help"],
        &["demo", "--help"],
        &["seed", "--help"],
        &["verify", "--help"],
        &["completions", "--help"],
    ] {
        let told = usher(arguments);
        assert_eq!((told.status, told.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(told.stdout.contains("Usage: usher"), "{arguments:?}: {}", told.stdout);
    }
    assert!(usher(&["--help"]).stdout.contains("Exit status: 0 done"));
}

#[test]
fn the_version_is_the_package_s() {
    let told = usher(&["--version"]);
    assert_eq!((told.status, told.stdout.trim()), (0, concat!("usher ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn completions_are_made_for_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let told = usher(&["completions", shell]);
        assert_eq!(told.status, 0);
        assert!(told.stdout.contains("usher"), "{shell}");
    }
    assert_eq!(usher(&["completions", "dos"]).status, 2);
}

#[test]
fn a_command_that_is_misspelt_ends_with_2() {
    usher(&[]).must_end_with(2, "Usage: usher");
    usher(&["sevre"]).must_end_with(2, "unrecognized subcommand");
    usher(&["seed", "--scael", "1"]).must_end_with(2, "--scale");
    usher(&["serve", "--set", "hold.ttl"]).must_end_with(2, "write it as KEY=VALUE");
    usher(&["demo", "--for", "20"]).must_end_with(2, "is no duration");
}

#[test]
fn serving_without_mode_open_ends_with_2_and_says_why() {
    for arguments in [&["serve"][..], &["serve", "--mode", "token"], &["serve", "--mode", "jwt"]] {
        let told = usher(arguments);
        told.must_end_with(2, "usher serve --mode open");
        assert_eq!(told.stdout, "");
    }
}

#[test]
fn mode_open_on_an_address_that_others_reach_is_refused_unless_it_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    usher(&["serve", "--mode", "open", "--data", data, "--listen", "0.0.0.0:0"])
        .must_end_with(2, "--i-know-this-is-open");
    usher(&["serve", "--mode", "open", "--data", data, "--listen", "127.0.0.1:0", "--admin", "[::]:0"])
        .must_end_with(2, "--i-know-this-is-open");
    usher(&["demo", "--listen", "0.0.0.0:0"]).must_end_with(2, "no loopback address");
}

#[test]
fn a_setting_that_does_not_exist_or_does_not_fit_ends_with_2() {
    let serve = |pair: &str| usher(&["serve", "--mode", "open", "--set", pair]);
    serve("hold.tll=20s").must_end_with(2, "did you mean `hold.ttl`?");
    serve("hold.ttl=soon").must_end_with(2, "hold.ttl (from --set hold.ttl)");
    serve("room.gate=closed").must_end_with(2, "`closed` is none of bookings, all, off");
    serve("store.url=postgres://here").must_end_with(2, "neither `sqlite` nor mysql://");
    usher(&["serve", "--config", "/nowhere/usher.toml"]).must_end_with(2, "/nowhere/usher.toml");
}

#[cfg(not(feature = "distributed"))]
#[test]
fn a_store_that_is_not_built_in_ends_with_2_and_says_how_to_build_it() {
    let url = "store.url=mysql://user:secret@127.0.0.1:1/usher";
    for arguments in
        [&["serve", "--mode", "open", "--set", url][..], &["seed", "--set", url], &["verify", "--set", url]]
    {
        let told = usher(arguments);
        told.must_end_with(2, "--features distributed");
        assert!(!told.stderr.contains("secret"), "a password must not be printed: {}", told.stderr);
    }
}

#[test]
fn the_environment_beats_the_file_and_a_flag_beats_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usher.toml");
    std::fs::write(&file, "listen = \"192.0.2.1:1\"\n").unwrap();
    let serve = ["serve", "--mode", "open", "--config", text(&file)];
    run(&mut command(&serve)).must_end_with(2, "mode open on 192.0.2.1:1");
    run(command(&serve).env("USHER_LISTEN", "192.0.2.2:2")).must_end_with(2, "mode open on 192.0.2.2:2");
    let set = ["--set", "listen=192.0.2.3:3"];
    run(command(&serve).args(set).env("USHER_LISTEN", "192.0.2.2:2")).must_end_with(2, "on 192.0.2.3:3");
    let flag = ["--listen", "192.0.2.4:4"];
    run(command(&serve).args(set).args(flag)).must_end_with(2, "mode open on 192.0.2.4:4");
}

#[test]
fn a_variable_of_the_environment_that_names_no_setting_is_refused_within_a_section_and_noted_otherwise() {
    let serve = ["serve", "--mode", "open", "--listen", "0.0.0.0:0"];
    run(command(&serve).env("USHER_ROOM__GAET", "off")).must_end_with(2, "did you mean `room.gate`?");
    run(command(&serve).env("USHER_ROOM__GATE", "wide")).must_end_with(2, "`wide` is none of bookings");
    run(command(&serve).env("USHER_HOME", "/opt"))
        .must_end_with(2, "USHER_HOME is in the environment and names no setting");
}

#[test]
fn nothing_is_coloured_where_there_is_no_terminal() {
    let told = run(command(&["serve", "--mode", "open", "--listen", "0.0.0.0:0"]).env("USHER_HOME", "/opt"));
    told.must_end_with(2, "USHER_HOME is in the environment");
    assert!(!told.stderr.contains('\u{1b}'), "{:?}", told.stderr);
}
