//! The suite on the model with several desks.

fn main() {
    usher_conformance::prove("the shared model", usher_conformance::Models::<false>);
}
