//! Serving: one line when ready, one server a directory, an end that drains; and everything through the front door.

#![allow(clippy::unwrap_used, reason = "a panic here is a failed test and shows where")]

mod process;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use process::{Serving, command, run, text, usher};

const SOON: Duration = Duration::from_secs(30);

fn buy_a_seat(url: &str) -> process::Ended {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/buy-a-seat.sh");
    run(Command::new("bash").arg(script).arg(url))
}

#[test]
fn the_example_buys_a_seat_and_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = Serving::of(folder.path(), &[]);
    let told = buy_a_seat(&serving.url);
    told.must_end_with(0, "");
    assert!(told.stdout.contains("bought seat 1 of performance 1 and gave it back"), "{}", told.stdout);
    let again = buy_a_seat(&serving.url);
    again.must_end_with(0, "");

    let (beside, by_itself) =
        (usher(&["verify", "--data", text(folder.path())]), usher(&["verify", "--target", &serving.admin]));
    beside.must_end_with(0, "");
    by_itself.must_end_with(0, "");
    assert_eq!(beside.stdout, by_itself.stdout, "a server finds in its store what one finds beside it");
    assert!(beside.stdout.contains("ONE-REFUND       holds     2 payments, 2 refunds"), "{}", beside.stdout);

    serving.signal("TERM");
    assert_eq!(serving.ends_within(SOON), Some(0));
    let after = usher(&["verify", "--data", text(folder.path())]);
    assert_eq!(after.stdout, beside.stdout, "an end loses nothing");
}

#[test]
fn a_user_of_the_dataset_charged_before_paying_on_every_page_of_the_history() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    usher(&["seed", "--data", text(&data), "--scale", "0.001"]).must_end_with(0, "");
    let serving = Serving::of(&data, &[]);
    let page = |query: &str| {
        let url = format!("{}/api/user-balance/histories/17{query}", serving.url);
        let told = run(Command::new("curl").args(["--silent", "--show-error", &url])).stdout;
        serde_json::from_str::<serde_json::Value>(&told).unwrap()
    };
    let reasons = |page: &serde_json::Value| {
        let all = page["balanceTransactionResponses"].as_array().unwrap();
        all.iter().map(|one| one["reason"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&page("")), ["PAYMENT", "CHARGE"]);
    let first = page("?limit=1");
    assert_eq!(reasons(&first), ["PAYMENT"]);
    let second = page(&format!("?limit=1&cursor={}", first["nextCursor"].as_str().unwrap()));
    assert_eq!((reasons(&second), second["nextCursor"].is_null()), (vec!["CHARGE".to_string()], true));
    let charged = run(Command::new("curl")
        .args(["--silent", "--request", "PUT", "--data", r#"{"amount":5}"#])
        .args(["--header", "Content-Type: application/json"])
        .arg(format!("{}/api/user-balance/charge/17", serving.url)));
    charged.must_end_with(0, "");
    assert_eq!(reasons(&page("")), ["CHARGE", "PAYMENT", "CHARGE"]);
    assert_eq!(reasons(&page("?limit=2")), ["CHARGE", "PAYMENT"]);
}

#[test]
fn the_front_page_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::of(folder.path(), &[]);
    let page = run(Command::new("curl").args(["--silent", "--show-error", "--include", &serving.url]));
    page.must_end_with(0, "");
    assert!(page.stdout.starts_with("HTTP/1.1 200 OK"), "{}", page.stdout);
    assert!(
        page.stdout.contains("text/html") && page.stdout.contains("<title>Usher</title>"),
        "{}",
        page.stdout
    );
}

#[test]
fn what_was_bought_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::of(folder.path(), &[]);
    buy_a_seat(&serving.url).must_end_with(0, "");
    drop(serving);
    let served_again = Serving::of(folder.path(), &[]);
    let told = usher(&["verify", "--target", &served_again.admin]);
    told.must_end_with(0, "");
    assert!(told.stdout.contains("ONE-REFUND       holds     1 payments, 1 refunds"), "{}", told.stdout);
}

#[test]
fn a_second_server_on_the_same_directory_ends_with_3_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::of(folder.path(), &[]);
    let second = ["serve", "--mode", "open", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--data"];
    let told = run(command(&second).arg(folder.path()));
    told.must_end_with(3, "another server uses it: stop that one, or choose another");
    assert_eq!(told.stdout, "");
    let seed = usher(&["seed", "--data", text(folder.path()), "--scale", "0.001"]);
    seed.must_end_with(2, "holds data already");
    buy_a_seat(&serving.url).must_end_with(0, "");
}

#[test]
fn a_port_that_is_taken_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = text(folder.path());
    for (listen, admin) in [(address.as_str(), "127.0.0.1:0"), ("127.0.0.1:0", address.as_str())] {
        usher(&["serve", "--mode", "open", "--data", data, "--listen", listen, "--admin", admin])
            .must_end_with(3, &address);
    }
    usher(&["demo", "--listen", &address]).must_end_with(3, &address);
}

#[test]
fn either_signal_ends_with_0_and_a_second_one_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let mut serving = Serving::of(folder.path(), &[]);
        serving.signal(signal);
        assert_eq!(serving.ends_within(SOON), Some(0), "SIG{signal}");
    }
    let mut serving = Serving::of(folder.path(), &["--set", "server.drain_timeout=60s"]);
    // A request that never ends keeps the drain waiting.
    let address = serving.url.trim_start_matches("http://").to_string();
    let mut open = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut open, b"POST /api/concerts HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{").unwrap();
    std::thread::sleep(Duration::from_millis(300));
    serving.signal("TERM");
    std::thread::sleep(Duration::from_millis(300));
    serving.signal("TERM");
    let ended = serving.ends_within(Duration::from_secs(5));
    assert!(ended.is_some(), "a second signal ends at once");
}

#[test]
fn a_demo_sells_out_and_proves_it() {
    let told = usher(&["demo", "--fans", "20", "--for", "60s", "--listen", "127.0.0.1:0"]);
    told.must_end_with(0, "");
    let mut lines = told.stdout.lines();
    assert!(lines.next().unwrap().starts_with("the sale is on http://127.0.0.1:"), "{}", told.stdout);
    assert!(told.stdout.contains("\nseats sold     12 of 12\n"), "{}", told.stdout);
    assert!(told.stdout.contains("SOLD-STAYS-SOLD  holds     12 sold seats"), "{}", told.stdout);
}

#[test]
fn a_demo_ends_when_its_time_is_over_and_keeps_its_data_where_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("sale");
    let demo = ["demo", "--fans", "50", "--for", "2s", "--listen", "127.0.0.1:0", "--data", text(&data)];
    let told = usher(&demo);
    told.must_end_with(0, "");
    assert!(told.stdout.contains("of 30\n"), "{}", told.stdout);
    usher(&["verify", "--data", text(&data)]).must_end_with(0, "");
    usher(&demo).must_end_with(2, "holds data already");
}

#[test]
fn a_house_that_sells_is_clean_whenever_it_is_examined() {
    let mut demo = command(&["demo", "--fans", "40", "--for", "6s", "--listen", "127.0.0.1:0"]);
    let mut demo = demo.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(demo.stdout.take().unwrap()));
    let admin = lines.nth(1).unwrap().unwrap();
    let admin = admin.strip_prefix("the operator's side is on ").unwrap();
    let mut examined = 0;
    for _ in 0..8 {
        std::thread::sleep(Duration::from_millis(400));
        let told = usher(&["verify", "--target", admin]);
        assert!(told.status != 1, "a sale under way is no violation: {told:?}");
        examined += u32::from(told.status == 0);
    }
    assert!(examined > 4, "only {examined} of 8 examinations found a house");
    for line in lines {
        line.unwrap();
    }
    assert_eq!(demo.wait().unwrap().code(), Some(0));
}
