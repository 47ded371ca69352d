//! The suite on the model itself, whose one desk is alone.

fn main() {
    usher_conformance::prove("the model", usher_conformance::Models::<true>);
}
