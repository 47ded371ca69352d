//! SIGTERM in the middle of a sale.

use std::time::Instant;

use crate::buyers::{Sale, Told};
use crate::wire::Wire;
use crate::{House, SOON};

#[test]
fn a_server_that_is_told_to_end_in_the_middle_of_a_sale_answers_what_was_sent_and_keeps_its_word() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::at(&folder.path().join("data"), folder.path());
    let mut sale = None;
    for _ in 0..5 {
        let mut serving = house.serve();
        let sale = sale.get_or_insert_with(|| Sale::open(&serving.url));
        let buyers = sale.begin(&serving.url);
        buyers.until_held(200);
        // Nobody who is only connected keeps the server from its end.
        let idle = Wire::connect(&serving.url).unwrap();
        let told_at = Instant::now();
        serving.signal("TERM");
        assert_eq!(serving.ends_within(SOON), Some(0));
        buyers.find_it_closed(sale);
        drop(idle);
        let cut_off =
            sale.asked.iter().filter(|asked| asked.sent_at < told_at && asked.told == Told::Nothing);
        assert_eq!(cut_off.count(), 0, "what was sent before the signal is answered");
        house.verify().must_end_with(0, "");
    }
    house.must_keep_its_word(&sale.unwrap());
}
