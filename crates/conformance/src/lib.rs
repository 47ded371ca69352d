//! What every store promises, as one suite, and the model it is compared with.
