//! Who has booked, as a file for a spreadsheet.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Either;
use http_body_util::channel::{Channel, Sender};
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use usher_api::{Problem, ProblemCode, render};
use usher_core::{Money, PerformanceId, SeatNumber};
use usher_engine::HoldLine;

use crate::answer::Answer;
use crate::call::Call;
use crate::front::Front;

/// Bookings of one read: no read keeps its snapshot for long.
const SLICE: usize = 500;
/// Slices that are read ahead of a slow client.
const SLICES_AHEAD: usize = 2;
const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8; header=present");

/// Live bookings by seat, RFC 4180.
#[utoipa::path(
    get, path = "/admin/performances/{concertOptionId}/bookings.csv", tag = "operator",
    params(("concertOptionId" = u64, Path)),
    responses((status = 200, description = "A line for each", content_type = "text/csv")),
)]
pub(crate) async fn csv(call: Call) -> Result<Answer, Problem> {
    let performance = call.performance()?;
    let found = call.front.read(move |reader| reader.programme(performance)).await?;
    if found.is_none() {
        return Err(Problem::new(ProblemCode::ConcertOptionNotFound));
    }
    let (sender, body) = Channel::new(SLICES_AHEAD);
    tokio::spawn(send(call.front.clone(), performance, sender));
    let mut answer = Answer::new(Either::Right(body));
    answer.headers_mut().insert(CONTENT_TYPE, CSV);
    let name = format!("attachment; filename=\"bookings-{performance}.csv\"");
    let name = HeaderValue::try_from(name).expect("digits make a header");
    answer.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(answer)
}

async fn send(front: Arc<Front>, performance: PerformanceId, mut sender: Sender<Bytes, std::io::Error>) {
    let mut text = render::CSV_HEADER.as_bytes().to_vec();
    let mut after: Option<SeatNumber> = None;
    loop {
        let slice = front.read(move |reader| reader.bookings(performance, after, SLICE)).await;
        let Ok(slice) = slice else {
            // Cut off without an end: the client sees that it is not whole.
            return sender.abort(std::io::Error::other("the bookings could not be read to the end"));
        };
        slice.iter().for_each(|line| write(&mut text, line));
        if sender.send_data(std::mem::take(&mut text).into()).await.is_err() || slice.len() < SLICE {
            return;
        }
        after = slice.last().and_then(|line| line.hold.seats.first().copied());
    }
}

fn write(text: &mut Vec<u8>, line: &HoldLine) {
    if let Some(booking) = &line.booking {
        let amount = line.payment.as_ref().map_or(Money::ZERO, |payment| payment.amount);
        render::csv_line(text, booking, &line.hold, amount);
    }
}
