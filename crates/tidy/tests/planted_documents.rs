//! Planted violations between code, documents and test files: each is found, on either side.

use usher_tidy::{Workspace, documents, routes};

fn no_violations() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_problem_code_without_a_row_and_a_row_without_a_code_are_found() {
    let code = r#"//! Codes.
fn code(self) -> &'static str { match self { A::SeatTaken => "seat-taken", A::Internal => "internal" } }
fn words(self) -> &'static str { "Somebody else has it." }"#;
    let check = |document: &str| {
        let files = [("crates/api/src/problem/code.rs", code), ("docs/problems.md", document)];
        documents::problem_codes_are_documented(&Workspace::of(&files)).violations
    };
    assert_eq!(check("| code |\n| `seat-taken` | 409 |\n| `internal` | 500 |\n"), no_violations());
    assert_eq!(
        check("`internal` in passing\n## `seat-taken`\n"),
        ["crates/api/src/problem/code.rs:2: `internal` has no row in docs/problems.md"]
    );
    assert_eq!(
        check("| `seat-taken` |\n| `internal` |\n| `gone` |\n"),
        ["docs/problems.md: `gone` is described and does not exist"]
    );
}

#[test]
fn a_document_that_does_not_exist_is_found() {
    let files =
        [("crates/api/src/problem/code.rs", "//! Codes.\ncodes! { SeatTaken \"seat-taken\" [409] \"all\" }")];
    let found = documents::problem_codes_are_documented(&Workspace::of(&files)).violations;
    assert_eq!(found, ["docs/problems.md: does not exist"]);
}

#[test]
fn a_metric_without_a_row_is_found() {
    let code = r#"//! Metrics.
fn register() { counter("usher_holds_total", "Holds."); log("usher_server"); vec!["usher_lag_ms"]; }
#[cfg(test)] mod tests { const A: &str = "usher_only_in_tests"; }"#;
    let files = [
        ("crates/server/Cargo.toml", ""),
        ("crates/server/src/metrics.rs", code),
        ("docs/metrics.md", "| `usher_holds_total{state}` | counter |\n"),
    ];
    assert_eq!(
        documents::metrics_are_documented(&Workspace::of(&files)).violations,
        ["crates/server/src/metrics.rs:2: `usher_lag_ms` has no row in docs/metrics.md"]
    );
}

#[test]
fn a_setting_must_stand_in_the_file_the_document_and_the_struct() {
    let structs = "//! Settings.\nstruct Config { listen: String, hold: Hold }\nstruct Hold { ttl: Ms }\nstruct Ms(u64);";
    let check = |file: &str, document: &str| {
        let files = [
            ("config/usher.toml", file),
            ("docs/settings.md", document),
            ("crates/usher/src/config.rs", structs),
        ];
        documents::settings_are_documented(&Workspace::of(&files)).violations
    };
    let file =
        "# Where it listens.\nlisten = \"127.0.0.1:8080\"\n[hold]\n# Given = never parsed.\nttl = \"300s\"\n";
    let document = "| `listen` |\n| `hold.ttl` |\n";
    assert_eq!(check(file, document), no_violations());
    let optional = file.replace("ttl =", "# ttl =");
    assert_eq!(check(&optional, document), no_violations());
    assert_eq!(check(file, "| `listen` |\n").len(), 1);
    assert_eq!(check(&format!("{file}room = 3\n"), document).len(), 2);
    assert_eq!(check("listen = \"\"\n", "| `listen` |\n").len(), 1);
}

#[test]
fn a_route_without_a_test_file_and_a_test_file_without_a_route_are_found() {
    let handlers = r#"//! Handlers.
#[utoipa::path(get, path = "/api/seats/{id}", responses((status = 200)))]
async fn seats() {}
fn admin() { router.route("/admin/webhooks", get(list).post(add)); }
fn pages() -> Vec<Line> { vec![get("/why", why).body_max(9)] }"#;
    let check = |header: &str| {
        let files = [("crates/server/src/seats.rs", handlers), ("crates/server/tests/seats.rs", header)];
        routes::every_route_has_a_test_file(&Workspace::of(&files)).violations
    };
    let webhooks = "//! GET /admin/webhooks\n//! POST /admin/webhooks\n//! GET /why\n";
    let all = format!("//! Seats.\n//!\n//! GET /api/seats/{{id}}\n{webhooks}use x;\n");
    assert_eq!(check(&all), no_violations());
    assert_eq!(
        check(&format!("//! Seats.\n{webhooks}use x;\n//! GET /api/seats/{{id}}\n")),
        [
            "crates/server/src/seats.rs:2: no file in crates/server/tests begins with `//! GET /api/seats/{id}`"
        ]
    );
    assert_eq!(
        check(&all.replace("use x;", "//! GET /api/gone")),
        ["crates/server/tests/seats.rs: `GET /api/gone` is no route of crates/server/src"]
    );
}
