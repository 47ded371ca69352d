//! Opening: what is refused, each with what to do.

use usher_engine::StoreError;
use usher_store_mysql::{OpenOptions, open, open_to_read};

use crate::databases::Database;
use crate::{database, private_server};

fn is_refused(url: &str, advice: &str) {
    let options = OpenOptions { desks: 1, readers: 1, ..OpenOptions::default() };
    match open(url, options) {
        Err(error @ StoreError::Unavailable { .. }) => {
            let said = error.to_string();
            assert!(said.contains(advice), "it says `{said}`, which does not say `{advice}`");
        }
        Err(error) => panic!("it is refused for another reason: {error}"),
        Ok(_) => panic!("it opens, and should not"),
    }
}

fn opens(url: &str) {
    let options = OpenOptions { desks: 2, readers: 1, ..OpenOptions::default() };
    let opened = open(url, options).expect("the store opens");
    assert_eq!((opened.desks.len(), opened.readers.len()), (2, 1));
}

#[test]
fn a_server_that_does_not_flush_at_commit_is_refused() {
    let Some(server) = private_server() else { return };
    let database = Database::on(server.url()).expect("the private server takes databases");
    for loose in [0, 2] {
        server.run(&format!("SET GLOBAL innodb_flush_log_at_trx_commit = {loose}"));
        is_refused(&database.url(), "set innodb_flush_log_at_trx_commit = 1");
    }
    server.run("SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    opens(&database.url());
}

#[test]
fn a_database_of_a_newer_usher_is_refused() {
    let Some(database) = database() else { return };
    opens(&database.url());
    let newer = format!("UPDATE {}.meta SET value = '2' WHERE name = 'schema'", database.name());
    database.run(&newer).expect("the version can be set");
    is_refused(&database.url(), "start the newer `usher`");
}

#[test]
fn a_database_that_others_use_is_refused() {
    let Some(database) = database() else { return };
    database.run(&format!("CREATE TABLE {}.theirs (id INT)", database.name())).expect("a table can be made");
    is_refused(&database.url(), "name an empty one");
}

#[test]
fn a_url_without_a_database_or_with_an_unknown_one_is_refused() {
    let Some(database) = database() else { return };
    let url = database.url();
    let name = database.name();
    let server = url.trim_end_matches(&name);
    is_refused(server.trim_end_matches('/'), "mysql://user:password@host:port/database");
    is_refused(&format!("{server}usher_nobody_made_this"), "create the database");
    is_refused("postgres://here", "mysql://user:password@host:port/database");
}

#[test]
fn nodes_that_start_together_make_one_schema_with_one_secret() {
    let Some(database) = database() else { return };
    let node = || {
        let options = OpenOptions { desks: 1, readers: 1, ..OpenOptions::default() };
        open(&database.url(), options).expect("the store opens").secret
    };
    let secrets: Vec<[u8; 16]> = std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..4).map(|_| scope.spawn(node)).collect();
        nodes.into_iter().map(|node| node.join().expect("a node starts")).collect()
    });
    assert!(secrets.iter().all(|secret| *secret == secrets[0] && *secret != [0; 16]), "{secrets:?}");
}

#[test]
fn the_schema_has_no_foreign_keys_and_compares_names_byte_by_byte() {
    let Some(database) = database() else { return };
    opens(&database.url());
    let count = |sql: &str| database.number(sql).expect("the schema can be read");
    let name = database.name();
    let foreign =
        "SELECT COUNT(*) FROM information_schema.table_constraints WHERE constraint_type = 'FOREIGN KEY'";
    assert_eq!(count(&format!("{foreign} AND table_schema = '{name}'")), 0);
    let texts = "SELECT COUNT(*) FROM information_schema.columns WHERE collation_name IS NOT NULL";
    assert!(count(&format!("{texts} AND table_schema = '{name}'")) > 0);
    assert_eq!(count(&format!("{texts} AND collation_name <> 'utf8mb4_bin' AND table_schema = '{name}'")), 0);
    let tables = "SELECT COUNT(*) FROM information_schema.tables WHERE engine <> 'InnoDB'";
    assert_eq!(count(&format!("{tables} AND table_schema = '{name}'")), 0);
}

#[test]
fn a_database_without_our_tables_reads_as_no_store_and_stays_empty() {
    let Some(database) = database() else { return };
    assert!(open_to_read(&database.url()).expect("the server answers").is_none());
    let tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE()";
    assert_eq!(database.number(tables), Ok(0));
    opens(&database.url());
    assert!(open_to_read(&database.url()).expect("the server answers").is_some());
}
